export { testActorSidecar } from './actors.ts'
export { testFolder } from './folder.ts'
export { metricValue } from './metric.ts'
export { testDatabase, testRedis, testSidecar } from './servers.ts'
