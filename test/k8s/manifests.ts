import { createKubectl, type Kubectl, type Resource } from '@fairpass/k8s'
import { root, run, UserError } from '@fairpass/servers'
import { type Definitions, definitionsFor } from './definitions.ts'
import { check, type Report, say } from './report.ts'
import { checkSkaffold } from './skaffold.ts'

const overlays = [
  'local',
  'local-https',
  'dev',
  'dev-https',
  'test',
  'production',
  'production-kafka',
  'production-observed',
] as const
type Overlay = (typeof overlays)[number]

/** What `kubectl apply -k` would apply. */
export const render = async (overlay: Overlay): Promise<Resource[]> => {
  const { ok, stdout, stderr } = await run(['kubectl', 'kustomize', `${root}/k8s/overlays/${overlay}`], {
    timeoutMs: 30_000,
  })
  if (!ok) throw new UserError(`k8s/overlays/${overlay}: ${stderr.trim()}`)
  return stdout.split(/^---$/m).map((text) => Bun.YAML.parse(text) as Resource)
}

const validate = (kubectl: Kubectl, resources: Resource[]) =>
  kubectl.apply(resources, '--dry-run=server', '--validate=strict')

/** A field of each with a letter wrong, as somebody in a hurry writes it. */
const misspelt: Record<string, (resource: Resource) => Resource> = {
  Deployment: (deployment) => ({ ...deployment, spec: { ...(deployment.spec as object), minReadySecond: 3 } }),
  Component: (component) => ({ ...component, scope: ['orders'] }),
  NetworkPolicy: (policy) => ({ ...policy, spec: { ...(policy.spec as object), egres: [] } }),
  HTTPRoute: (route) => ({ ...route, spec: { ...(route.spec as object), hostname: 'fairpass.example' } }),
}

/** Resources of a namespace that does not exist cannot even be tried, so a namespace is lent for the while. */
const withNamespaces = async <T>(names: Iterable<string>, work: () => Promise<T>): Promise<T> => {
  const cluster = createKubectl()
  const made: string[] = []
  try {
    for (const name of names) {
      if (await cluster.exists('namespace', name)) continue
      await cluster.run(['create', 'namespace', name])
      made.push(name)
    }
    return await work()
  } finally {
    if (made.length > 0) await cluster.run(['delete', 'namespace', ...made, '--wait=true'])
  }
}

const withoutNamespaces = (resources: Resource[]) => resources.filter(({ kind }) => kind !== 'Namespace')

const secretsIn = (resources: Resource[]) => resources.filter(({ kind }) => kind === 'Secret')

/** Everything about the manifests that the real API server can tell without running them. */
export const checkManifests = async ({ chapter }: Report): Promise<void> => {
  const cluster = createKubectl()
  let definitions: Definitions | undefined
  try {
    await chapter('Every overlay is valid to the letter, as the API server sees it', async () => {
      const rendered = await Promise.all(overlays.map(render))
      definitions = await definitionsFor(cluster, rendered.flat())
      const namespaces = new Set(rendered.flat().flatMap(({ metadata }) => metadata.namespace ?? []))
      return withNamespaces(namespaces, async () => {
        for (const [at, resources] of rendered.entries()) {
          await validate(cluster, withoutNamespaces(resources))
          say(`  ${overlays[at]}: ${resources.length} resources`)
        }
        return `${overlays.join(', ')}; ${definitions?.told}`
      })
    })
    await chapter('A misspelt field is refused', async () => {
      const resources = withoutNamespaces(await render('production'))
      return withNamespaces(['fairpass'], async () => {
        for (const [kind, misspell] of Object.entries(misspelt)) {
          const one = resources.find((resource) => resource.kind === kind)
          if (!one) throw new Error(`there is no ${kind} to misspell`)
          await validate(cluster, [one])
          const said = await validate(cluster, [misspell(one)]).then(
            () => 'nothing',
            (error: Error) => error.message,
          )
          check(/unknown field/.test(said), `${kind} with a misspelt field was answered: ${said}`)
        }
        return Object.keys(misspelt).join(', ')
      })
    })
    await chapter('No manifest holds a secret', async () => {
      const found = (await Promise.all(overlays.map(render))).flatMap(secretsIn)
      check(found.length === 0, found.map(({ metadata }) => metadata.name).join(', '))
      return 'they name secrets, and the cluster has them'
    })
    await chapter('skaffold.yaml is what skaffold understands', checkSkaffold)
  } finally {
    await definitions?.remove()
  }
}
