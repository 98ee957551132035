import { expect, test } from 'bun:test'
import { findCycles } from './architecture/cycles.ts'
import { ruleNames, rules } from './architecture/rules.ts'
import { isTest, readSources, root, type Source } from './architecture/sources.ts'
import { formerPlaces } from './architecture/vocabulary.ts'

// The rules of the code that no linter knows; `bun run check` runs this file.

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments']
const sources = await readSources()

test('the rules look at everything', () => {
  expect(sources.length).toBeGreaterThan(500)
  const imports = sources.flatMap(({ imports }) => imports)
  expect(imports).toContain('sdk/src/http/index.ts')
  expect(imports).toContain('tools/servers/index.ts')
  expect(imports.some((path) => path.startsWith('web/src/components/'))).toBe(true)
})

for (const name of ruleNames)
  test(rules[name].says, () => {
    expect(rules[name].measure(sources)).toEqual({})
  })

test('a circle is found however long, and by types alone', () => {
  const file = (path: string, ...imports: string[]) => ({ path, imports })
  expect(findCycles([file('a', 'b'), file('b', 'c'), file('c', 'a'), file('d', 'a')])).toEqual([['a', 'b', 'c']])
  expect(findCycles([file('a', 'b'), file('b', 'c'), file('c')])).toEqual([])
  const importsOf = (path: string) => sources.find((source) => source.path === path)?.imports
  // It takes nothing but a type from there.
  expect(importsOf('test/architecture/cycles.ts')).toEqual(['test/architecture/sources.ts'])
})

const below =
  (folder: string) =>
  ({ path }: Source) =>
    path.startsWith(`${folder}/`)

test('sdk imports neither services nor tools; only its tests start servers', () => {
  for (const { path, imports } of sources.filter(below('sdk'))) {
    const foreign = imports.filter(
      (one) => !one.startsWith('sdk/') && !(isTest(path) && one.startsWith('tools/servers/')),
    )
    expect({ path, foreign }).toEqual({ path, foreign: [] })
  }
})

test('services and web import no tools; only their tests do', () => {
  const isForTests = (path: string) => isTest(path) || /\/testing(\.ts|\/)/.test(path)
  for (const { path, imports } of sources.filter(({ path }) => /^(services|web)\//.test(path) && !isForTests(path))) {
    const foreign = imports.filter((one) => /^(tools|test|k8s)\//.test(one) && !path.startsWith('web/build'))
    expect({ path, foreign }).toEqual({ path, foreign: [] })
  }
})

test('no service needs another one to run', async () => {
  for (const name of services) {
    const { dependencies } = await Bun.file(`${root}/services/${name}/package.json`).json()
    const needed = Object.keys(dependencies).filter((one) => services.some((other) => one === `@fairpass/${other}`))
    expect({ name, needed }).toEqual({ name, needed: [] })
  }
})

/** What web standards do not bring: the seam has it once for each runtime, and nobody else names one. */
const filesThatKnowTheRuntime = [
  'sdk/src/runtime/bun.ts',
  'sdk/src/runtime/deno.ts',
  'services/tickets/src/file/reader/pictures/bun.ts',
]

test('any runtime with web standards serves a service or the web app: Bun and Deno stand behind one seam', () => {
  const isForTests = (path: string) => isTest(path) || /\/(testing|world)(\.ts|\/)/.test(path)
  const products = sources.filter(({ path }) => /^(sdk\/src|services|web\/src)\//.test(path) && !isForTests(path))
  const knowing = products.filter(({ text }) => /^(?! *(\/\/|\/?\*)).*(\b(Bun|Deno)\.\w|from 'bun)/m.test(text))
  expect(knowing.map(({ path }) => path)).toEqual(filesThatKnowTheRuntime)
})

test('every service has the same files at its top', () => {
  for (const name of services)
    for (const file of ['main.ts', 'app.ts'])
      expect(sources.map(({ path }) => path)).toContain(`services/${name}/src/${file}`)
})

test('nothing is where it was before it moved', async () => {
  const tracked = (await Bun.$`git ls-files`.cwd(root).text()).split('\n')
  for (const place of formerPlaces)
    expect(tracked.filter((path) => path === place || path.startsWith(`${place}/`))).toEqual([])
})
