import { createKubectl, ensureSecrets, type Resource } from '@fairpass/k8s'
import { UserError } from '@fairpass/servers'
import { render } from './manifests.ts'

export const testNamespace = 'fairpass-test'
export const webPort = 30_980
export const mongodbPort = 30_917
export const stripePort = 30_911
export const mailboxPort = 30_925
export const replicas = 3
/** What the images of this checkout are called, and those of its services on Deno. */
export const onBunTag = 'local'
export const onDenoTag = 'local-deno'
export const apps = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web'] as const
export type AppName = (typeof apps)[number]

const readyWithin = '300s'
const askEveryMs = 500
const scaledWithinMs = 120_000

export const kubectl = createKubectl(testNamespace)

/** Dapr has to be there, and its sidecars have to be as restricted as the namespace demands. */
export const checkDapr = async (): Promise<string> => {
  const cluster = createKubectl('dapr-system')
  if (!(await cluster.exists('crd', 'components.dapr.io')))
    throw new UserError(`Dapr is not installed in this cluster:

  helm repo add dapr https://dapr.github.io/helm-charts/
  helm upgrade --install dapr dapr/dapr --version 1.18.2 --namespace dapr-system --create-namespace --wait \\
    --set dapr_sidecar_injector.sidecarDropALLCapabilities=true`)
  const injector = await cluster.json<Resource>('get', 'deployment/dapr-sidecar-injector')
  if (!/"SIDECAR_DROP_ALL_CAPABILITIES","value":"true"/i.test(JSON.stringify(injector)))
    throw new UserError(`Dapr's sidecars keep capabilities that the namespace refuses. Install Dapr with
--set dapr_sidecar_injector.sidecarDropALLCapabilities=true`)
  return 'Dapr is there'
}

/** The README's own command, with a key of this run. */
const createJwtSecret = (jwtKey: string) =>
  kubectl.run(['create', 'secret', 'generic', 'jwt-secret', `--from-literal=JWT_KEY=${jwtKey}`])

export const admin = { email: 'admin@fairpass.example', password: crypto.randomUUID() }

const firstAdmin = (): Resource => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'first-admin' },
  stringData: { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password },
})

const withOrigin = (resource: Resource, origin: string): Resource =>
  resource.kind === 'ConfigMap' && resource.metadata.name.startsWith('fairpass-')
    ? { ...resource, data: { ...(resource.data as object), PUBLIC_ORIGIN: origin } }
    : resource

/** Applies everything at once, in no order: each part waits for what it needs. */
export const deploy = async ({ origin, jwtKey }: { origin: string; jwtKey: string }): Promise<number> => {
  const resources = await render('test')
  await kubectl.apply(resources.filter(({ kind }) => kind === 'Namespace'))
  await createJwtSecret(jwtKey)
  await ensureSecrets(kubectl)
  await kubectl.create(firstAdmin())
  await kubectl.apply(resources.map((resource) => withOrigin(resource, origin)))
  return resources.length
}

type Deployments = { items: { spec: { replicas: number }; status: { availableReplicas?: number } }[] }

/** Until each app has all its replicas, and all of them answer. */
export const untilReady = async (): Promise<void> => {
  const deadline = Date.now() + scaledWithinMs
  const isScaled = async () => {
    const { items } = await kubectl.json<Deployments>('get', 'deployments', '--selector=fairpass/kind')
    return items.length === apps.length && items.every(({ spec }) => spec.replicas >= replicas)
  }
  while (!(await isScaled())) {
    if (Date.now() > deadline) throw new Error('the autoscalers did not ask for three of each')
    await Bun.sleep(askEveryMs)
  }
  for (const app of apps)
    await kubectl.run(['rollout', 'status', `deployment/${app}`, `--timeout=${readyWithin}`], { timeoutMs: 310_000 })
}

/** What went wrong, for the reader of a failed run. */
export const explain = async (): Promise<string> => {
  const parts = await Promise.all([
    kubectl.ask(['get', 'pods', '--output', 'wide']),
    kubectl.ask(['get', 'events', '--field-selector=type=Warning', '--sort-by=.lastTimestamp']),
  ])
  return parts.map(({ stdout }) => stdout.split('\n').slice(-25).join('\n')).join('\n')
}

/** Nobody is served any more, so nobody has to be waited for. */
export const removeDeployment = async (): Promise<void> => {
  await kubectl.run(['delete', 'deployments,statefulsets', '--all', '--wait=false'])
  await kubectl.run(['delete', 'pods', '--all', '--grace-period=1', '--wait=false'])
  await createKubectl().run(['delete', 'namespace', testNamespace, '--ignore-not-found', '--wait=true'], {
    timeoutMs: 180_000,
  })
}
