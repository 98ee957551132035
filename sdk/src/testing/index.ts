export { testActorSidecar } from './actors.ts'
export { testFolder } from './folder.ts'
export { testDatabase, testRedis, testSidecar } from './servers.ts'
