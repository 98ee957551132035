/** What the tests on a cluster and with Docker need of this folder. */
export { buildArchive } from './images/build.ts'
export { type Image, images, services, shortName } from './images/catalogue.ts'
export { programWithLibraries } from './images/closure.ts'
export { buildWithDocker, dockerAnswers } from './images/docker.ts'
export { createLayer } from './images/layer.ts'
export { createKubectl, type Kubectl, type Resource } from './kubectl.ts'
export { ensureSecrets } from './secrets.ts'
