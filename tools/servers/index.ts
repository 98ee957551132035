/** Finding, building and starting the servers that Fairpass stands on: for `up`, for tests, and for the cluster's images. */
export { explainDisk, needSpace, watchSpace } from './disk.ts'
export { tryLock } from './lock.ts'
export { createPorts, type Ports } from './ports.ts'
export {
  describeEnding,
  type ProcessSpec,
  type RunningProcess,
  respondsOk,
  spawnProcess,
  startProcess,
  untilReady,
} from './process.ts'
export { cached } from './programs/cache.ts'
export { findGo, goEnvironment } from './programs/dapr-build.ts'
export { findDaprCli } from './programs/dapr-cli.ts'
export { findPart, findParts } from './programs/find.ts'
export { findGoProgram } from './programs/go-program.ts'
export { type Part, type PartName, platform } from './programs/program.ts'
export { findPrometheus } from './programs/prometheus.ts'
export { run } from './programs/run.ts'
export { megabytes, type Progress, showProgress } from './progress.ts'
export { databaseAddress } from './replica-set.ts'
export { root } from './root.ts'
export { type RuntimeName, type Runtimes, readRuntimes } from './runtimes/choice.ts'
export { denoFlags, findDeno } from './runtimes/deno.ts'
export { findWorkerd } from './runtimes/workerd.ts'
export { mongodServer, mongodUri, placementServer, redisServer, schedulerServer } from './servers.ts'
export { createNames, nameResolutionConfig, sidecarServer } from './sidecar.ts'
export { type App, readTemplate, type Sidecar, type Template } from './template.ts'
export { reasonOf, runTool, UserError } from './user-error.ts'
