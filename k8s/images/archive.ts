import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { pack } from 'tar-stream'
import type { Layer } from './layer.ts'

export type Built = {
  /** with its tag, as `docker.io/fairpass/orders:local` */
  reference: string
  layers: readonly Layer[]
  entrypoint: readonly string[]
  workingDir: string
  env: readonly string[]
  labels: Readonly<Record<string, string>>
}

/** A user that no machine has, by number, so that Kubernetes can see that it is not root. */
const user = '65532:65532'

const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' }

const configOf = ({ layers, entrypoint, workingDir, env, labels }: Built) =>
  JSON.stringify({
    architecture: architectures[process.arch] ?? process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { User: user, Entrypoint: entrypoint, Env: env, WorkingDir: workingDir, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'bun run images' })),
  })

/** One archive of several images, as `docker save` writes it, with each layer once: for `ctr`, `kind` and `k3d`. */
export const writeArchive = async (path: string, images: readonly Built[]): Promise<void> => {
  const tar = pack()
  const file = createWriteStream(path)
  tar.pipe(file)
  const add = (name: string, bytes: Buffer) =>
    new Promise<void>((resolve, reject) =>
      tar.entry({ name, mtime: new Date(0) }, bytes, (error) => (error ? reject(error) : resolve())),
    )
  const layers = new Map(images.flatMap((image) => image.layers.map((layer) => [layer.digest, layer.bytes] as const)))
  for (const [digest, bytes] of layers) await add(`${digest}/layer.tar`, bytes)
  const manifest = []
  for (const image of images) {
    const config = Buffer.from(configOf(image))
    const name = `${createHash('sha256').update(config).digest('hex')}.json`
    await add(name, config)
    manifest.push({
      Config: name,
      RepoTags: [image.reference],
      Layers: image.layers.map(({ digest }) => `${digest}/layer.tar`),
    })
  }
  await add('manifest.json', Buffer.from(JSON.stringify(manifest)))
  tar.finalize()
  await finished(file)
}
