import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { root } from '@fairpass/servers'

// What stands twice, because kustomize takes no file from outside its folder, must not drift apart.

type Component = {
  kind: string
  metadata: { name: string }
  spec: { type: string; metadata: { name: string; value?: string }[] }
  scopes?: string[]
}

const documents = async <T>(...path: string[]): Promise<T[]> => {
  const text = await Bun.file(join(root, ...path)).text()
  return text.split(/^---$/m).map((part) => Bun.YAML.parse(part) as T)
}

const names = ['pubsub', 'dead-letters', 'live', 'statestore']
const ofItsPlace = ['redisHost', 'redisPassword']

test('the components in the cluster are those of components/, but for where Redis is', async () => {
  const inCluster = await documents<Component>('k8s/base/dapr/components.yaml')
  expect(inCluster.map(({ metadata }) => metadata.name).sort()).toEqual([...names].sort())
  for (const name of names) {
    const [local] = await documents<Component>(`components/${name}.yaml`)
    const clustered = inCluster.find(({ metadata }) => metadata.name === name)
    const settings = (component: Component | undefined) =>
      component?.spec.metadata.filter((setting) => !ofItsPlace.includes(setting.name))
    expect(clustered?.spec.type).toBe(String(local?.spec.type))
    expect({ name, settings: settings(clustered) }).toEqual({ name, settings: settings(local) })
    expect(clustered?.scopes?.length).toBeGreaterThan(0)
  }
})

test('the resiliency in the cluster is that of dapr/resources', async () => {
  expect(await documents('k8s/base/dapr/resiliency.yaml')).toEqual(await documents('dapr/resources/resiliency.yaml'))
})

const annotationOf: Record<string, string> = {
  appProtocol: 'app-protocol',
  maxBodySize: 'max-body-size',
  readBufferSize: 'read-buffer-size',
  enableAppHealthCheck: 'enable-app-health-check',
  appHealthCheckPath: 'app-health-check-path',
  appHealthProbeInterval: 'app-health-probe-interval',
  appHealthProbeTimeout: 'app-health-probe-timeout',
  appHealthThreshold: 'app-health-threshold',
}

test('sidecars in the cluster have the settings of dapr/dapr.yaml', async () => {
  const [template] = await documents<{ common: Record<string, unknown>; apps: { appID: string }[] }>('dapr/dapr.yaml')
  const [every] = await documents<{ spec: { template: { metadata: { annotations: Record<string, string> } } } }>(
    'k8s/base/common/app.yaml',
  )
  for (const [setting, annotation] of Object.entries(annotationOf))
    expect({ setting, is: every?.spec.template.metadata.annotations[`dapr.io/${annotation}`] }).toEqual({
      setting,
      is: String(template?.common[setting]),
    })
  for (const { appID } of template?.apps ?? [])
    expect({ appID, isThere: await Bun.file(join(root, `k8s/base/apps/${appID}.yaml`)).exists() }).toEqual({
      appID,
      isThere: true,
    })
})

test('the operator’s rules are those of alerts.yaml', async () => {
  const [rule] = await documents<{ kind: string; spec: unknown }>('k8s/components/observe-operator/rules.yaml')
  const [alerts] = await documents('k8s/components/observe/alerts.yaml')
  expect(rule?.kind).toBe('PrometheusRule')
  expect(rule?.spec).toEqual(alerts)
})

test('apps say what they measure at the port that is opened, announced and let through', async () => {
  const texts = await Promise.all(
    ['kustomization.yaml', 'every-app.yaml', 'network.yaml'].map((name) =>
      Bun.file(join(root, 'k8s/components/observe', name)).text(),
    ),
  )
  const [settings = '', app = '', network = ''] = texts
  const port = /METRICS_PORT=(\d+)/.exec(settings)?.[1] ?? ''
  for (const announced of [`prometheus.io/port: "${port}"`, `containerPort: ${port}`]) expect(app).toContain(announced)
  expect(network).toContain(`port: ${port},`)
})
