import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { root } from '@fairpass/servers'

// Guarantee: the access lists in the cluster let pass the calls between apps that the code has, and no others.

type Configuration = {
  kind: string
  spec: {
    accessControl: {
      defaultAction: string
      policies: { appId: string; defaultAction: string; operations: { name: string; httpVerb: string[] }[] }[]
    }
  }
}

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments']

const accessOf = async (app: string) => {
  const text = await Bun.file(join(root, `k8s/base/apps/${app}.yaml`)).text()
  const documents = text.split(/^---$/m).map((part) => Bun.YAML.parse(part) as Configuration)
  const found = documents.find(({ kind }) => kind === 'Configuration')
  if (!found) throw new Error(`${app} has no Configuration`)
  return found.spec.accessControl
}

const allowed = async (app: string) => {
  const { policies } = await accessOf(app)
  return policies.flatMap(({ appId, operations }) =>
    operations.flatMap(({ name, httpVerb }) => httpVerb.map((verb) => `${appId} ${verb} ${name}`)),
  )
}

/** Dapr's way to write it: `**` is any one part in the middle of a path, `*` the last one. */
const inDapr = (path: string) => path.replace(/:\w+(?=\/)/g, '**').replace(/:\w+$/, '*')

const namesIn = (text: string | undefined) => [...(text ?? '').matchAll(/'([a-z]+)'/g)].map((match) => match[1] ?? '')

/** What a service answers to other apps alone, with who they are: the routes below /internal/ and their guards. */
const internalRoutes = async (app: string) => {
  const files = await Array.fromAsync(new Bun.Glob(`services/${app}/src/**/*.ts`).scan({ cwd: root }))
  const sources = files.filter((file) => !file.endsWith('.test.ts'))
  const texts = await Promise.all(sources.map((file) => Bun.file(join(root, file)).text()))
  return texts.flatMap((text) => {
    const guards = [...text.matchAll(/\.use\('(\/internal\/[^']*)\*', onlyFrom\(([^)]*)\)/g)]
    return [...text.matchAll(/\.(get|post)\(\s*'(\/internal\/[^']*)'(?:,\s*onlyFrom\(([^)]*)\))?/g)].flatMap(
      ([, verb = '', path = '', own]) => {
        const guard = guards.find(([, prefix = '']) => path.startsWith(prefix))
        return namesIn(own ?? guard?.[2]).map((caller) => `${caller} ${verb.toUpperCase()} ${inDapr(path)}`)
      },
    )
  })
}

/** The web app may ask auth for the bans, but does not. */
const neverCalled = ['web GET /internal/bans']
const sitemap = ['web GET /internal/sitemap/pages', 'web GET /internal/sitemap/listings']
const forAll = (operation: string) =>
  / \/api\//.test(operation) ||
  operation.endsWith(' /internal/openapi.json') ||
  operation.includes('/internal/sitemap/')

test('every call that exists is allowed, and nothing else is', async () => {
  for (const app of services) {
    const listed = await allowed(app)
    const routes = (await internalRoutes(app)).filter((route) => ![...neverCalled, ...sitemap].includes(route))
    expect({ app, internal: listed.filter((operation) => !forAll(operation)).sort() }).toEqual({
      app,
      internal: routes.sort(),
    })
  }
  expect(await allowed('tickets')).toContain('web GET /internal/sitemap/*')
})

test('who is not named is denied, everywhere', async () => {
  for (const app of [...services, 'web']) {
    const { defaultAction, policies } = await accessOf(app)
    expect([defaultAction, ...policies.map((policy) => policy.defaultAction)]).toEqual(
      Array.from({ length: policies.length + 1 }, () => 'deny'),
    )
  }
})
