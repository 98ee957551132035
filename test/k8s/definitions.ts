import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Kubectl, Resource } from '@fairpass/k8s'
import { run, UserError } from '@fairpass/servers'

/** Who defines the kinds that overlay production uses beside Kubernetes and Dapr, where a cluster lacks them. */
const makers = [
  {
    group: 'gateway.networking.k8s.io',
    module: 'sigs.k8s.io/gateway-api@v1.5.1',
    folder: 'config/crd/standard',
    files: /_(gateways|httproutes)\.yaml$/,
  },
  {
    group: 'cert-manager.io',
    module: 'github.com/cert-manager/cert-manager@v1.21.2',
    folder: 'deploy/crds',
    files: /_issuers\.yaml$/,
  },
  {
    group: 'external-secrets.io',
    module: 'github.com/external-secrets/external-secrets@v1.3.2',
    folder: 'deploy/crds',
    files: /^bundle\.yaml$/,
  },
]

const downloadLimitMs = 180_000

export type Definitions = { told: string; remove: () => Promise<void> }

const groupOf = ({ apiVersion }: Resource) => apiVersion.split('/')[0] ?? ''

/** The files of a Go module, which holds the definitions in the version that it names. */
const filesOf = async ({ module, folder, files }: (typeof makers)[number]) => {
  const { ok, stdout, stderr } = await run(['go', 'mod', 'download', '-json', module], { timeoutMs: downloadLimitMs })
  if (!ok) throw new UserError(`${module} cannot be had by \`go mod download\`: ${stderr || stdout}`)
  const path = join(JSON.parse(stdout).Dir, folder)
  return readdirSync(path)
    .filter((name) => files.test(name))
    .map((name) => join(path, name))
}

/** Lends a cluster the definitions that these resources need and that it does not have. */
export const definitionsFor = async (cluster: Kubectl, resources: Resource[]): Promise<Definitions> => {
  const known = (await cluster.run(['api-versions'])).split('\n').map((version) => version.split('/')[0])
  const needed = new Set(resources.map(groupOf))
  const lent: string[] = []
  for (const maker of makers) {
    if (known.includes(maker.group) || ![...needed].some((group) => group.endsWith(maker.group))) continue
    const files = await filesOf(maker)
    for (const file of files) await cluster.run(['apply', '--server-side', '--filename', file])
    lent.push(...files)
  }
  if (lent.length > 0) await cluster.run(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s'])
  return {
    told: lent.length > 0 ? 'definitions that the cluster lacked were lent to it' : 'the cluster defines every kind',
    remove: async () => {
      for (const file of lent) await cluster.run(['delete', '--ignore-not-found', '--wait=false', '--filename', file])
    },
  }
}
