import { expect, test } from 'bun:test'
import { relative } from 'node:path'

// The rules of the house that no linter knows.

const root = new URL('..', import.meta.url).pathname
const services = ['auth', 'tickets', 'orders', 'expiration', 'payments']

const sources = async (folder: string) => {
  const found = await Array.fromAsync(new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scan({ cwd: root }))
  const own = found.filter((path) => !/node_modules|\.output|\.nitro/.test(path))
  return Promise.all(own.map(async (path) => ({ path, text: await Bun.file(`${root}/${path}`).text() })))
}

const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')

const resolved = (path: string, specifier: string) =>
  specifier.startsWith('.') ? relative(root, new URL(specifier, `file://${root}/${path}`).pathname) : specifier

/** What is there for the compiler alone: the type of another service's API. */
const typedApi = /^import type \{[^}]*\} from '@fairpass\/\w+\/api'$/gm

test('sdk imports no service, and no service another one but for the type of its API', async () => {
  const files = [...(await sources('sdk')), ...(await sources('services'))]
  expect(files.length).toBeGreaterThan(50)
  for (const { path, text } of files) {
    const home = path.startsWith('sdk/') ? 'sdk' : path.split('/').slice(0, 2).join('/')
    for (const specifier of importsOf(home === 'sdk' ? text : text.replaceAll(typedApi, ''))) {
      const target = resolved(path, specifier)
      const isForeign = services.some((name) => {
        const isMeant =
          target === `@fairpass/${name}` ||
          target.startsWith(`@fairpass/${name}/`) ||
          target.startsWith(`services/${name}/`)
        return isMeant && home !== `services/${name}`
      })
      expect({ path, specifier, isForeign }).toEqual({ path, specifier, isForeign: false })
    }
  }
})

test('no service needs another one to run', async () => {
  for (const name of services) {
    const { dependencies } = await Bun.file(`${root}/services/${name}/package.json`).json()
    const needed = Object.keys(dependencies).filter((one) => services.some((other) => one === `@fairpass/${other}`))
    expect({ name, needed }).toEqual({ name, needed: [] })
  }
})

test('only main.ts knows Bun, so that any runtime with web standards can serve a service', async () => {
  for (const { path, text } of await sources('services')) {
    if (/(\.test|\/main|\/argon2id|\/world|\/testing)\.ts$/.test(path)) continue
    expect({ path, knowsBun: /\bBun\.|from 'bun'|@fairpass\/sdk\/bun/.test(text) }).toEqual({ path, knowsBun: false })
  }
})

test('every service has the same rooms', async () => {
  for (const name of services)
    for (const file of ['main.ts', 'app.ts'])
      expect(await Bun.file(`${root}/services/${name}/src/${file}`).exists()).toBe(true)
})

test('a file fits in the head', async () => {
  for (const folder of ['sdk', 'services', 'tools/up', 'web', 'tools', 'test'])
    for (const { path, text } of await sources(folder)) {
      const lines = text.split('\n').length
      // A catalogue of texts is one list in each language, looked up by key.
      if (!/\.test\.tsx?$|^web\/src\/i18n\//.test(path))
        expect({ path, isLong: lines > 300 }).toEqual({ path, isLong: false })
    }
})
