/** What the test on a cluster needs of this folder. */
export { buildArchive } from './images/build.ts'
export { createKubectl, type Kubectl, type Resource } from './kubectl.ts'
export { ensureSecrets } from './secrets.ts'
