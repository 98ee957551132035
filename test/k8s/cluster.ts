import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildArchive, createKubectl, shortName } from '@fairpass/k8s'
import { run, UserError } from '@fairpass/servers'
import { onBunTag, onDenoTag } from './deploy.ts'
import { appsOnDeno } from './mixed.ts'

const createLimitMs = 300_000
const loadLimitMs = 300_000
const ownCluster = 'fairpass-test'

export type Cluster = {
  /** where it came from, for the person */
  source: string
  /** Brings the images to its nodes; undefined where they have to be there already. */
  load?: (archive: string) => Promise<void>
  /** Takes away what was made for this run. */
  remove: () => Promise<void>
}

const missing = `There is no cluster to test on. Any of these will do:
  - KUBECONFIG names one whose nodes have the images (or can pull them), to be loaded or pushed: bun run images, and
    bun run images ${appsOnDeno.join(' ')} --runtime deno --tag ${onDenoTag}
  - kind (https://kind.sigs.k8s.io) or k3d (https://k3d.io) on the PATH, with Docker: a cluster is made and removed`

const check = async (command: string[], timeoutMs: number) => {
  const { ok, stdout, stderr } = await run(command, { timeoutMs })
  if (!ok) throw new UserError(`${command.join(' ')}: ${(stderr || stdout).trim().slice(-2_000)}`)
}

type Tool = { name: string; create: string[]; load: (archive: string) => string[]; remove: string[] }

const tools = (kubeconfig: string): Tool[] => [
  {
    name: 'kind',
    create: ['kind', 'create', 'cluster', '--name', ownCluster, '--kubeconfig', kubeconfig, '--wait', '120s'],
    load: (archive) => ['kind', 'load', 'image-archive', archive, '--name', ownCluster],
    remove: ['kind', 'delete', 'cluster', '--name', ownCluster, '--kubeconfig', kubeconfig],
  },
  {
    name: 'k3d',
    create: ['k3d', 'cluster', 'create', ownCluster, '--kubeconfig-update-default=false', '--wait'],
    load: (archive) => ['k3d', 'image', 'import', archive, '--cluster', ownCluster],
    remove: ['k3d', 'cluster', 'delete', ownCluster],
  },
]

/** The cluster of KUBECONFIG, else one made by kind or k3d. */
export const findCluster = async (): Promise<Cluster> => {
  if (!Bun.which('kubectl')) throw new UserError('kubectl is not on the PATH.')
  if (process.env.KUBECONFIG) {
    const { ok, stderr } = await createKubectl().ask(['get', 'nodes'], { timeoutMs: 15_000 })
    if (!ok) throw new UserError(`The cluster of KUBECONFIG does not answer: ${stderr.trim()}`)
    return { source: 'KUBECONFIG', remove: async () => {} }
  }
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-k8s-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const tool = tools(kubeconfig).find(({ name }) => Bun.which(name))
  if (!tool) throw new UserError(missing)
  await check(tool.create, createLimitMs)
  if (tool.name === 'k3d') await check(['k3d', 'kubeconfig', 'write', ownCluster, '--output', kubeconfig], loadLimitMs)
  process.env.KUBECONFIG = kubeconfig
  return {
    source: tool.name,
    load: (archive) => check(tool.load(archive), loadLimitMs),
    remove: async () => {
      await check(tool.remove, createLimitMs)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const onDeno: Parameters<typeof buildArchive>[1] = {
  tag: onDenoTag,
  only: (image) => appsOnDeno.includes(shortName(image)),
  runtimeOf: () => 'deno',
}

/** Builds the images of this checkout and hands them to the cluster that was made for this run. */
export const loadImages = async (load: NonNullable<Cluster['load']>): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-images-'))
  try {
    let count = 0
    for (const options of [{ tag: onBunTag }, onDeno]) {
      const archive = join(folder, `${options.tag}.tar`)
      count += (await buildArchive(archive, options)).length
      await load(archive)
    }
    return `${count} images`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Nodes = { items: { status: { addresses: { type: string; address: string }[] } }[] }

/** An address of a node, at which ports of the cluster are open. */
export const nodeAddress = async (): Promise<string> => {
  if (process.env.FAIRPASS_NODE) return process.env.FAIRPASS_NODE
  const { items } = await createKubectl().json<Nodes>('get', 'nodes')
  const found = items.flatMap(({ status }) => status.addresses).find(({ type }) => type === 'InternalIP')
  if (!found) throw new UserError('No node tells its address; name one with FAIRPASS_NODE.')
  return found.address
}
