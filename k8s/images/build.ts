import { mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { denoFlags, findDeno, findPart, type Runtimes, root, run } from '@fairpass/servers'
import { type Built, writeArchive } from './archive.ts'
import { type BunImage, type Image, images, type ServerImage, shortName, type WebImage } from './catalogue.ts'
import { programWithLibraries } from './closure.ts'
import { createLayer, type Layer } from './layer.ts'

const limitMs = 300_000
const inside = { bun: '/usr/local/bin/bun', deno: '/bin/deno', app: '/app' }
/** As in app.Dockerfile. */
const denoPermissions = ['--allow-net', '--allow-env', '--allow-sys=hostname,osRelease', '--allow-read=/app']

const accounts = [
  { at: '/etc/passwd', text: 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' },
  { at: '/etc/group', text: 'root:x:0:\nnonroot:x:65532:\n' },
  { at: '/tmp/.keep', text: '' },
]

const must = async (command: string[], cwd: string, env: Record<string, string> = {}) => {
  const { ok, stderr, stdout } = await run(command, { cwd, env: { ...process.env, ...env }, timeoutMs: limitMs })
  if (!ok) throw new Error(`${command.join(' ')}:\n${stdout}${stderr}`)
  return stdout.trim()
}

/** The same bundle as in app.Dockerfile: nothing but what the program imports, so no dependency of development. */
const bundle = async ({ entry, worker }: BunImage, folder: string, target: 'bun' | 'node') => {
  const out = join(folder, entry.replaceAll('/', '_'))
  const flags = [
    `--target=${target}`,
    '--production',
    '--keep-names',
    '--sourcemap=linked',
    '--outdir',
    out,
    '--entry-naming',
  ]
  await must([process.execPath, 'build', entry, ...flags, 'main.js'], root)
  // By the name by which the program starts it.
  if (worker) await must([process.execPath, 'build', worker, ...flags, basename(worker)], root)
  return out
}

const buildWeb = async () => {
  await must([process.execPath, '-e', `await (await import('./build.ts')).buildUnlessFresh()`], join(root, 'web'))
  return join(root, 'web/.output')
}

const revision = () => must(['git', 'rev-parse', 'HEAD'], root).catch(() => 'unknown')

type Options = { tag: string; only?: (image: Image) => boolean; runtimeOf?: Runtimes }

/** Deno and what it is linked to, and how a bundle for Node runs on it. */
const onDeno = async () => {
  const { path } = await findDeno()
  const layer = await createLayer([...accounts, ...(await programWithLibraries(path, inside.deno))])
  // Packages are in the bundle.
  const flags = denoFlags.filter((flag) => !flag.startsWith('--node-modules-dir'))
  return { layer, entrypoint: [inside.deno, 'run', ...flags, ...denoPermissions, `${inside.app}/main.js`] }
}

const pathOnly = ['PATH=/usr/local/bin:/usr/bin:/bin']

type Common = Pick<Built, 'reference' | 'labels'>
type Context = { scratch: string; bunLayer: () => Promise<Layer> }

const buildServer = async ({ part }: ServerImage, common: Common): Promise<Built> => {
  const { path, env } = await findPart(part)
  const program = await programWithLibraries(path, `/usr/bin/${part}`, env)
  const layers = [await createLayer([...accounts, ...program])]
  return { ...common, layers, entrypoint: [`/usr/bin/${part}`], workingDir: '/tmp', env: pathOnly }
}

const buildOnDeno = async (image: BunImage, common: Common, { scratch }: Context): Promise<Built> => {
  const { layer, entrypoint } = await onDeno()
  const from = await bundle(image, scratch, 'node')
  const layers = [layer, await createLayer([{ at: inside.app, from }])]
  const env = [...pathOnly, 'NODE_ENV=production', 'DENO_DIR=/tmp/deno']
  return { ...common, layers, entrypoint, workingDir: inside.app, env }
}

const buildOnBun = async (image: BunImage | WebImage, common: Common, context: Context): Promise<Built> => {
  const from = image.kind === 'web' ? await buildWeb() : await bundle(image, context.scratch, 'bun')
  const main = image.kind === 'web' ? `${inside.app}/server/index.mjs` : `${inside.app}/main.js`
  return {
    ...common,
    layers: [await context.bunLayer(), await createLayer([{ at: inside.app, from }])],
    entrypoint: [inside.bun, main],
    workingDir: inside.app,
    env: [...pathOnly, 'NODE_ENV=production'],
  }
}

/**
 * Writes images of this checkout into one archive, without Docker: the same contents as the Dockerfiles give, on this
 * machine's own Bun and libraries instead of a base image.
 */
export const buildArchive = async (
  path: string,
  { tag, only = () => true, runtimeOf = () => 'bun' }: Options,
): Promise<{ name: string; megabytes: number }[]> => {
  const scratch = `${path}.building`
  mkdirSync(dirname(path), { recursive: true })
  rmSync(scratch, { recursive: true, force: true })
  const commit = await revision()
  let base: Promise<Layer> | undefined
  const bunLayer = () => {
    base ??= programWithLibraries(process.execPath, inside.bun).then((bun) => createLayer([...accounts, ...bun]))
    return base
  }

  const build = (image: Image): Promise<Built> => {
    const common = {
      reference: `docker.io/${image.name}:${tag}`,
      labels: {
        'org.opencontainers.image.title': image.title,
        'org.opencontainers.image.version': tag,
        'org.opencontainers.image.revision': commit,
      },
    }
    if (image.kind === 'server') return buildServer(image, common)
    if (image.kind === 'bun' && runtimeOf(shortName(image)) === 'deno')
      return buildOnDeno(image, common, { scratch, bunLayer })
    return buildOnBun(image, common, { scratch, bunLayer })
  }

  try {
    const built: Built[] = []
    for (const image of images.filter(only)) built.push(await build(image))
    await writeArchive(path, built)
    return built.map(({ reference, layers }) => ({
      name: reference,
      megabytes: Math.ceil(layers.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6),
    }))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
