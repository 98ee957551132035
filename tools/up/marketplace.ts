import { join } from 'node:path'
import type { Part, PartName } from '@fairpass/servers'
import {
  createPorts,
  findDeno,
  findParts,
  findPrometheus,
  type Ports,
  type Progress,
  type RuntimeName,
  type Runtimes,
  readRuntimes,
  readTemplate,
  reasonOf,
  root,
  showProgress,
  type Template,
  UserError,
  watchSpace,
} from '@fairpass/servers'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { listDemoTickets } from './demo/listings.ts'
import { checkExternalServers } from './external.ts'
import { findCollector, type Observers, printObservers } from './observe.ts'
import { createProcessGroup, PortLost, type ProcessGroup } from './processes/process-group.ts'
import type { StopSignal } from './processes/stop-signal.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'
import { bundleApps } from './runtimes/bundles.ts'
import { readSettings, type Settings } from './settings.ts'
import { describeSystem, type System } from './system.ts'
import { buildWeb } from './web-build.ts'

const startTries = 3
/** With less free space the disk may be full before anybody notices. */
const warnBelowBytes = 1e9
const defaultTemplate = join(root, 'dapr', 'dapr.yaml')

type MarketplaceOptions = {
  stop: StopSignal
  withDemo: boolean
  isObserved?: boolean
  /** whether what is changed in the source is taken over at once */
  isWatched?: boolean
  templateFile?: string
}

/** Runs the marketplace until it is asked to end; resolves when nothing of it is left. */
export const runMarketplace = async (options: MarketplaceOptions) => {
  const { stop, withDemo, isObserved = false, isWatched = false, templateFile = defaultTemplate } = options
  const settings = readSettings(process.env)
  const template = await readTemplate(templateFile)
  const runtimes = readRuntimes(
    settings.runtime,
    template.apps.map(({ id }) => id),
  )
  const ports = createPorts()
  await ports.exactly(settings.port, 'PORT')
  const data = openDataFolder(settings.dataDir)
  const endWatch = watchSpace(data.path, { leastBytes: warnBelowBytes, say })
  try {
    const prepared = await Promise.race([
      prepare(settings, template, { isObserved, isWatched, runtimes, dataDir: data.path }),
      stop.requested,
    ])
    if (!prepared) return
    const started = startWithRetry({ settings, template, ports, data, ...prepared, isWatched, runtimes, stop })
    const system = await Promise.race([started, stop.requested])
    if (system) {
      for (const line of printWatching(prepared.observers, system)) console.log(line)
      console.log(`Fairpass is ready: ${settings.publicOrigin}`)
      if (withDemo) await showDemoTickets(settings, data, stop)
    }
    await stop.requested
    console.log('Ending')
  } finally {
    endWatch()
    await stop.group?.stop()
    removeRunFile(data.path)
    data.release()
    ports.release()
  }
}

type Preparation = { isObserved: boolean; isWatched: boolean; runtimes: Runtimes; dataDir: string }

/** All that can take long and leaves nothing running. */
const prepare = async (
  settings: Settings,
  template: Template,
  { isObserved, isWatched, runtimes, dataDir }: Preparation,
) => {
  await checkExternalServers(settings)
  const parts = await findParts(neededParts(settings))
  const web = template.apps.find(({ id }) => id === 'web')
  if (web && !isWatched) await buildWeb(web.dir)
  const deno = template.apps.some(({ id }) => runtimes(id) === 'deno') ? await findDeno() : undefined
  if (deno) console.log(`Deno ${deno.version} from ${deno.source}: ${namesOn('deno', template, runtimes)}`)
  const onBun = template.apps.filter(({ id }) => runtimes(id) === 'bun')
  const bundles = isWatched ? new Map<string, string>() : await bundleApps(onBun, dataDir)
  return { parts, deno, bundles, observers: isObserved ? await findObservers() : undefined }
}

const namesOn = (name: RuntimeName, { apps }: Template, runtimes: Runtimes) =>
  apps
    .map(({ id }) => id)
    .filter((id) => runtimes(id) === name)
    .join(', ')

const findObservers = async (): Promise<Observers> => ({
  prometheus: (await findPrometheus())?.prometheus,
  collector: await findCollector(process.env.OTEL_EXPORTER_OTLP_ENDPOINT),
})

const printWatching = (observers: Observers | undefined, { apps, reachable }: System) =>
  observers ? printObservers(observers, apps, reachable.find(({ name }) => name === 'prometheus')?.port) : []

/** Without its demo tickets the marketplace still works. */
const showDemoTickets = async ({ port, publicOrigin }: Settings, data: DataFolder, stop: StopSignal) => {
  const abort = new AbortController()
  stop.requested.then(() => abort.abort())
  try {
    await listDemoTickets(`http://127.0.0.1:${port}`, publicOrigin, data.path, abort.signal)
  } catch (error) {
    if (!abort.signal.aborted) console.error(reasonOf(error))
  }
}

const neededParts = ({ redisHost, mongodbUri, placementAddress, schedulerAddress }: Settings): PartName[] => [
  ...(redisHost ? [] : (['redis-server'] as const)),
  ...(mongodbUri ? [] : (['mongod'] as const)),
  'daprd',
  ...(placementAddress ? [] : (['placement'] as const)),
  ...(schedulerAddress ? [] : (['scheduler'] as const)),
]

type Start = {
  settings: Settings
  template: Template
  ports: Ports
  data: DataFolder
  parts: Awaited<ReturnType<typeof findParts>>
  observers: Observers | undefined
  isWatched: boolean
  runtimes: Runtimes
  deno: Part | undefined
  bundles: ReadonlyMap<string, string>
  stop: StopSignal
}

/** A port can be lost between choosing and listening; then everything starts again on other ports. */
const startWithRetry = async (options: Start): Promise<System> => {
  for (let tries = 1; ; tries++) {
    const system = await describeSystem(options)
    const group = createProcessGroup({
      dataDir: options.data.path,
      appIds: new Set(system.apps.map(({ id }) => id)),
      say,
      onChange: () =>
        writeRunFile(options.data.path, { apps: system.apps, servers: system.reachable, pidOf: group.pidOf }),
    })
    options.stop.group = group
    const progress = showProgress('Starting')
    try {
      await startAll(group, system, progress)
      return system
    } catch (error) {
      if (!(error instanceof PortLost)) throw error
      if (tries >= startTries) throw new UserError(portLost(error.message))
      await group.stop()
      say(`${error.message} lost its port to another program; starting again on other ports`)
    } finally {
      progress.end()
    }
  }
}

const portLost = (name: string) =>
  `Another program took the port of ${name} ${startTries} times; end it and start again, or choose another port with PORT=….`

/** Everything starts as soon as what it cannot start without answers: sidecars need Redis, apps need MongoDB. */
const startAll = async (
  group: ProcessGroup,
  { servers, sidecars, appServers, watchers }: System,
  progress: Progress,
) => {
  const all = [...servers, ...sidecars, ...appServers]
  const waiting = new Set(all.map(({ name }) => name))
  const ready = new Map<string, Promise<void>>()
  const start = (specs: System['servers']) => {
    for (const spec of specs) {
      group.start(spec)
      const isReady = group.untilReady(spec).then(() => {
        waiting.delete(spec.name)
        progress.at(`${all.length - waiting.size} of ${all.length} processes are ready${listFew(waiting)}`)
      })
      isReady.catch(() => {})
      ready.set(spec.name, isReady)
    }
  }
  start(servers)
  await ready.get('redis')
  start(sidecars)
  await ready.get('mongod')
  start(appServers)
  await Promise.all(all.map(({ name }) => ready.get(name)))
  for (const spec of watchers) group.start(spec)
  group.started()
}

const listFew = (names: ReadonlySet<string>) =>
  names.size > 0 && names.size <= 3 ? `, not yet ${[...names].join(', ')}` : ''

/** Clears a progress line, if there is one. */
const say = (line: string) => console.log(process.stdout.isTTY ? `\r\x1b[2K${line}` : line)
