import { expect, test } from 'bun:test'
import { dirname, join, relative } from 'node:path'
import { catalogues } from './catalogues.ts'
import { account } from './en/account.ts'
import { admin } from './en/admin.ts'
import { buying } from './en/buying.ts'
import { common } from './en/common.ts'
import { earnings } from './en/earnings.ts'
import { market } from './en/market.ts'
import { search } from './en/search.ts'
import { selling } from './en/selling.ts'
import { groupsByPath, groupsOf } from './groups.ts'

// Guarantee: a browser has every text that its page uses, although it fetches those of the page's groups alone.

const source = join(import.meta.dir, '..')
const sections = { search, market, buying, selling, account, earnings, admin }
const importsOf = (text: string, file: string) =>
  new Bun.Transpiler({ loader: file.endsWith('x') ? 'tsx' : 'ts' }).scanImports(text)

/** The files of ours that a file is made of, itself among them. */
const closureOf = async (file: string, seen = new Map<string, string>()): Promise<Map<string, string>> => {
  if (seen.has(file)) return seen
  const text = await Bun.file(file).text()
  seen.set(file, text)
  for (const { path } of importsOf(text, file))
    if (/^\..*\.tsx?$/.test(path)) await closureOf(join(dirname(file), path), seen)
  return seen
}

/** The sections of the catalogue that a file reads; every way of reading them has to be known here. */
const sectionsIn = (text: string, file: string): string[] => {
  const destructured = [...text.matchAll(/const \{([^}]*)\} = useMessages\(\)/g)]
  const direct = [...text.matchAll(/useMessages\(\)\.(\w+)/g)]
  const named = [...text.matchAll(/const messages = useMessages\(\)/g)]
  const calls = text.match(/useMessages\(\)/g)?.length ?? 0
  expect(destructured.length + direct.length + named.length, file).toBe(calls)
  const members = named.length > 0 ? [...text.matchAll(/(?<!\/)\bmessages\.(\w+)/g)] : []
  return [
    ...destructured.flatMap(([, names = '']) => names.split(',').map((name) => name.trim())),
    ...[...direct, ...members].map(([, name = '']) => name),
  ].filter((name) => name !== '')
}

const sectionsOfPage = async (file: string): Promise<Set<string>> => {
  const files = [...(await closureOf(file))]
  return new Set(files.flatMap(([path, text]) => sectionsIn(text, relative(source, path))))
}

const routes = await Array.fromAsync(new Bun.Glob('**/*.tsx').scan({ cwd: join(source, 'routes') }))

test('there are pages, and each path of the list is one of theirs', () => {
  expect(routes.length).toBeGreaterThan(25)
  const firsts = new Set(routes.map((route) => (route === 'index.tsx' ? '' : route.replace(/(\/.*)?(\.tsx)?$/, ''))))
  for (const path of Object.keys(groupsByPath)) expect([...firsts]).toContain(path)
})

test.each(routes)('%s uses texts of its groups alone', async (route) => {
  const path = `/${route.replace(/(^|\/)index\.tsx$|\.tsx$/, '')}`
  const here = { ...common, ...Object.assign({}, ...groupsOf(path).map((group) => sections[group])) }
  const used = await sectionsOfPage(join(source, 'routes', route))
  expect([...used].filter((section) => !(section in here))).toEqual([])
})

test('what is around every page uses texts of every page', async () => {
  const used = await sectionsOfPage(join(source, 'app.tsx'))
  expect(used.size).toBeGreaterThan(1)
  expect([...used].filter((section) => !(section in common))).toEqual([])
})

test('no two groups have a section of the same name', () => {
  const names = [common, ...Object.values(sections)].flatMap((group) => Object.keys(group))
  expect(names.length).toBe(new Set(names).size)
  expect(Object.keys(catalogues.en).length).toBe(names.length + 2)
})

test('both languages have the same texts', () => {
  const leaves = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
      : [path]
  const without = ({ refusals: _, refusedFields: __, ...rest }: (typeof catalogues)['en']) => leaves(rest).sort()
  expect(without(catalogues.de)).toEqual(without(catalogues.en))
})
