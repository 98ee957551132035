import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createLayer, programWithLibraries } from '@fairpass/k8s'
import { findDeno, root, run } from '@fairpass/servers'

const pullWithinMs = 120_000
const importWithinMs = 60_000

const accounts = [
  { at: '/etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' },
  { at: '/etc/group', text: 'root:x:0:\nnonroot:x:65532:\n' },
  { at: '/etc/nsswitch.conf', text: 'hosts: files dns\n' },
  { at: '/tmp/.keep', text: '' },
]
/** What the steps of the Dockerfiles call; programs of packages begin with `#!/usr/bin/env`. */
const shellPrograms = { '/bin/sh': 'sh', '/bin/chown': 'chown', '/usr/bin/env': 'env' }
/** What compiled packages are linked to. */
const libraries = ['libgcc_s.so.1', 'libstdc++.so.6', 'librt.so.1', 'libresolv.so.2', 'libutil.so.1']
const certificates = '/etc/ssl/certs/of-this-machine.pem'

const docker = (args: string[], timeoutMs: number) => run(['docker', ...args], { timeoutMs })

/** What the Dockerfiles stand on: their own `FROM` lines, stages aside. */
const baseImages = async (): Promise<string[]> => {
  const texts = await Promise.all(
    ['app', 'web'].map((name) => Bun.file(join(root, `k8s/images/${name}.Dockerfile`)).text()),
  )
  const found = texts.flatMap((text) => [...text.matchAll(/^FROM (\S+:\S+) AS/gm)].map(([, image = '']) => image))
  return [...new Set(found)]
}

/** The machine's own certificates, where a proxy signs what packages are fetched by. */
const trust = () => {
  const bundle = process.env.NODE_EXTRA_CA_CERTS
  return bundle && existsSync(bundle) ? bundle : undefined
}

const compilerLibraries = async () => {
  const { stdout } = await run(['ldconfig', '-p'], { timeoutMs: 10_000 })
  return libraries.flatMap((name) => {
    const path = stdout
      .split('\n')
      .find((line) => line.trim().startsWith(`${name} `) && /x86-64|AArch64/.test(line))
      ?.split(' => ')[1]
    return path ? [{ at: path, from: path }] : []
  })
}

/** An image of this machine's Bun, or Deno, with a shell unless it is to be distroless. */
const make = async (image: string) => {
  const isDistroless = image.includes('distroless')
  const names = isDistroless ? {} : shellPrograms
  const isDeno = image.startsWith('denoland/')
  const programs = await Promise.all([
    isDeno
      ? programWithLibraries((await findDeno()).path, '/bin/deno')
      : programWithLibraries(process.execPath, '/usr/local/bin/bun'),
    ...Object.entries<string>(names).map(async ([at, name]) => programWithLibraries(Bun.which(name) ?? at, at)),
  ])
  const bundle = trust()
  const contents = [
    ...accounts,
    ...programs.flat(),
    ...(isDistroless ? [] : await compilerLibraries()),
    ...(bundle ? [{ at: certificates, from: bundle }] : []),
  ]
  const unique = new Map(contents.map((content) => [content.at, content]))
  const { bytes } = await createLayer([...unique.values()])
  const changes = [
    'ENV PATH=/usr/local/bin:/usr/bin:/bin',
    ...(bundle ? [`ENV NODE_EXTRA_CA_CERTS=${certificates}`] : []),
  ]
  const child = Bun.spawn(['docker', 'import', ...changes.flatMap((change) => ['--change', change]), '-', image], {
    stdin: new Blob([new Uint8Array(bytes)]),
    stdout: 'ignore',
    stderr: 'inherit',
    timeout: importWithinMs,
  })
  if ((await child.exited) !== 0) throw new Error(`${image} could not be imported`)
}

/**
 * Sees that the base images are there: they are, or they can be pulled, or they are made of this machine's own programs,
 * which is enough to build on. Returns those that were made, to be removed afterwards.
 */
export const provideBaseImages = async (): Promise<string[]> => {
  const made: string[] = []
  for (const image of await baseImages()) {
    if ((await docker(['image', 'inspect', image], 10_000)).ok) continue
    if ((await docker(['pull', '--quiet', image], pullWithinMs)).ok) continue
    console.log(`${image} cannot be pulled; one like it is made of this machine's own programs`)
    await make(image)
    made.push(image)
  }
  return made
}
