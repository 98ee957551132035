import { mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { findPart, root, run } from '@fairpass/servers'
import { type Built, writeArchive } from './archive.ts'
import { type BunImage, type Image, images } from './catalogue.ts'
import { programWithLibraries } from './closure.ts'
import { createLayer, type Layer } from './layer.ts'

const limitMs = 300_000
const inside = { bun: '/usr/local/bin/bun', app: '/app' }

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
const bundle = async ({ entry, worker }: BunImage, folder: string) => {
  const out = join(folder, entry.replaceAll('/', '_'))
  const flags = ['--target=bun', '--production', '--sourcemap=linked', '--outdir', out, '--entry-naming']
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

/**
 * Writes images of this checkout into one archive, without Docker: the same contents as the Dockerfiles give, on this
 * machine's own Bun and libraries instead of a base image.
 */
export const buildArchive = async (
  path: string,
  { tag, only = () => true }: { tag: string; only?: (image: Image) => boolean },
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

  const build = async (image: Image): Promise<Built> => {
    const common = {
      reference: `docker.io/${image.name}:${tag}`,
      labels: {
        'org.opencontainers.image.title': image.title,
        'org.opencontainers.image.version': tag,
        'org.opencontainers.image.revision': commit,
      },
    }
    if (image.kind === 'server') {
      const { path, env } = await findPart(image.part)
      const program = await programWithLibraries(path, `/usr/bin/${image.part}`, env)
      const layers = [await createLayer([...accounts, ...program])]
      return { ...common, layers, entrypoint: [`/usr/bin/${image.part}`], workingDir: '/tmp', env: pathOnly }
    }
    const from = image.kind === 'web' ? await buildWeb() : await bundle(image, scratch)
    const main = image.kind === 'web' ? `${inside.app}/server/index.mjs` : `${inside.app}/main.js`
    return {
      ...common,
      layers: [await bunLayer(), await createLayer([{ at: inside.app, from }])],
      entrypoint: [inside.bun, main],
      workingDir: inside.app,
      env: [...pathOnly, 'NODE_ENV=production'],
    }
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

const pathOnly = ['PATH=/usr/local/bin:/usr/bin:/bin']
