import { createKubectl, type Resource } from '@fairpass/k8s'
import { testNamespace } from './deploy.ts'

// On a cluster that makes no volumes by itself the test makes two of a node's own disk. They outlive pods, as a test that
// kills MongoDB needs them to, and are wiped at the end.

const helperNamespace = `${testNamespace}-disks`
const folder = `/var/tmp/${testNamespace}`
const claims = [
  { claim: 'data-mongodb-0', size: '5Gi' },
  { claim: 'data-redis-0', size: '1Gi' },
]
const owner = 999
const helperLimit = '60s'

type Classes = { items: { metadata: { annotations?: Record<string, string> } }[] }

const makesVolumes = async () => {
  const { items } = await createKubectl().json<Classes>('get', 'storageclasses')
  return items.some(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true')
}

const volume = ({ claim, size }: (typeof claims)[number]): Resource => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `${testNamespace}-${claim}` },
  spec: {
    capacity: { storage: size },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace: testNamespace, name: claim },
    hostPath: { path: `${folder}/${claim}`, type: 'DirectoryOrCreate' },
  },
})

/** Root, for a moment and on its own: folders of the node's disk belong to nobody that a pod may be. */
const onTheDisk = async (script: string) => {
  const kubectl = createKubectl(helperNamespace)
  await kubectl.run(['create', 'namespace', helperNamespace])
  await kubectl.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'disks' },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'bun',
          image: 'fairpass/auth:local',
          imagePullPolicy: 'IfNotPresent',
          command: ['/usr/local/bin/bun', '-e', script],
          securityContext: { runAsUser: 0 },
          volumeMounts: [{ name: 'disk', mountPath: folder }],
        },
      ],
      volumes: [{ name: 'disk', hostPath: { path: folder, type: 'DirectoryOrCreate' } }],
    },
  })
  try {
    await kubectl.run(['wait', 'pod/disks', '--for=jsonpath={.status.phase}=Succeeded', `--timeout=${helperLimit}`])
  } finally {
    await kubectl.run(['delete', 'namespace', helperNamespace, '--wait=true'])
  }
}

const wipe = `for (const name of require('fs').readdirSync('${folder}')) require('fs').rmSync('${folder}/' + name, { recursive: true })`
const make = claims
  .map(({ claim }) => `fs.mkdirSync('${folder}/${claim}'); fs.chownSync('${folder}/${claim}', ${owner}, ${owner})`)
  .join(';')

/** One that a claim of an earlier run had is bound to that claim for ever. */
const removeVolumes = () =>
  createKubectl().run(['delete', '--ignore-not-found', ...claims.map(({ claim }) => `pv/${testNamespace}-${claim}`)])

export type Storage = { told: string; remove: () => Promise<void> }

export const provideStorage = async (): Promise<Storage> => {
  if (await makesVolumes()) return { told: 'volumes made by the cluster', remove: async () => {} }
  await removeVolumes()
  await onTheDisk(`const fs = require('fs'); ${wipe}; ${make}`)
  await createKubectl().apply(claims.map(volume))
  return {
    told: "volumes on a node's disk",
    remove: async () => {
      await removeVolumes()
      await onTheDisk(wipe)
    },
  }
}
