import { type AppName, kubectl } from './deploy.ts'
import { check } from './report.ts'

type Pods = { items: { metadata: { name: string }; status: { podIP: string } }[] }

const podsOf = async (app: AppName) => {
  const { items } = await kubectl.json<Pods>(
    'get',
    'pods',
    `--selector=app.kubernetes.io/name=${app}`,
    '--field-selector=status.phase=Running',
  )
  const [first] = items
  if (!first) throw new Error(`there is no pod of ${app}`)
  return { name: first.metadata.name, address: first.status.podIP }
}

/** Runs a program of one line in an app's own container, with its own environment and its own place in the network. */
const inPodOf = async (app: AppName, program: string) => {
  const { name } = await podsOf(app)
  return (await kubectl.run(['exec', name, '--container', 'app', '--', '/usr/local/bin/bun', '-e', program])).trim()
}

const asks = (url: string, init = '{}') => `
  const answer = await fetch('${url}', { signal: AbortSignal.timeout(5000), ...${init} }).catch((error) => error)
  console.log(answer instanceof Error ? 'refused ' + (answer.code ?? answer.name) : answer.status + ' ' + (await answer.text()).slice(0, 300))`

const throughSidecar = (app: AppName, path: string) =>
  asks(
    `http://127.0.0.1:3500/v1.0/invoke/${app}/method/${path}`,
    `{ headers: { 'dapr-api-token': process.env.DAPR_API_TOKEN } }`,
  )

/** Another pod that knows the address of a service gets nowhere: not at the app, not at its sidecar. */
export const directCallsAreRefused = async (): Promise<string> => {
  const { address } = await podsOf('orders')
  const seen: string[] = []
  for (const [what, url] of [
    ['the app', `http://${address}:8080/api/orders`],
    ["the sidecar's HTTP API", `http://${address}:3500/v1.0/invoke/orders/method/api/orders`],
    ["the sidecar's gRPC API", `http://${address}:50001/`],
    ['the sidecars’ own port without mTLS', `http://${address}:50002/`],
  ] as const) {
    const said = await inPodOf('web', asks(url))
    check(said.startsWith('refused'), `${what} at ${url} answered: ${said}`)
    seen.push(what)
  }
  const health = await inPodOf('web', asks(`http://${address}:8081/healthz`))
  check(health.startsWith('200'), `health should answer there, so that the test is known to reach that pod: ${health}`)
  const beyond = await inPodOf('web', asks(`http://${address}:8081/api/orders`))
  check(beyond.startsWith('404'), `the port of health answered more than health: ${beyond}`)
  return `${seen.join(', ')} refuse; only health answers`
}

/** The access lists let pass what exists, and nothing else. */
export const unlistedAppsAreRefused = async (): Promise<string> => {
  const denied: [AppName, AppName, string][] = [
    // Named in no list of orders.
    ['expiration', 'orders', 'api/orders'],
    ['auth', 'tickets', 'api/tickets'],
    // Named, but not for this.
    ['web', 'orders', 'internal/orders/abc'],
    ['web', 'auth', 'internal/bans'],
    ['web', 'expiration', 'dapr/subscribe'],
    ['tickets', 'orders', 'internal/orders/abc/settle'],
    ['orders', 'payments', 'api/payments/earnings'],
  ]
  for (const [from, to, path] of denied) {
    const said = await inPodOf(from, throughSidecar(to, path))
    check(
      /^403 .*(PermissionDenied|access control policy)/.test(said),
      `${from} calling ${to}/${path} was answered: ${said}`,
    )
  }
  const allowed: [AppName, AppName, string, RegExp][] = [
    ['web', 'tickets', 'api/tickets', /^200 /],
    ['web', 'tickets', 'internal/sitemap/pages', /^200 /],
    ['orders', 'auth', 'internal/bans', /^200 /],
    ['payments', 'orders', 'internal/orders/000000000000000000000000', /^404 .*not_found/],
  ]
  for (const [from, to, path, expected] of allowed) {
    const said = await inPodOf(from, throughSidecar(to, path))
    check(expected.test(said), `${from} calling ${to}/${path} was answered: ${said}`)
  }
  const withoutToken = await inPodOf('web', asks('http://127.0.0.1:3500/v1.0/invoke/tickets/method/api/tickets'))
  check(withoutToken.startsWith('401'), `the sidecar took a call without its token: ${withoutToken}`)
  return `${denied.length} calls that nobody makes are denied, ${allowed.length} that exist pass, a call without the sidecar's token does not`
}
