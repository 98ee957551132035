import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'

// What documents name is there: files, folders and commands are renamed more often than read about.

const root = new URL('..', import.meta.url).pathname
const tracked = (await Bun.$`git ls-files`.cwd(root).text()).trim().split('\n')
const documents = await Promise.all(
  tracked
    .filter((path) => path.endsWith('.md') && existsSync(root + path))
    .map(async (path) => ({ path, text: await Bun.file(root + path).text() })),
)

const folders = ['.ci', '.github', 'components', 'dapr', 'docs', 'k8s', 'sdk', 'services', 'test', 'tools', 'web']
const pathPattern = new RegExp(
  `(?<![\\w/.@-])(?:${folders.map((name) => name.replace('.', '\\.')).join('|')})/[\\w./*{},\\[\\]-]+`,
  'g',
)

const isThere = (path: string) => {
  const pattern = path
    .replace(/[./,]+$/, '')
    .replaceAll('[', '\\[')
    .replaceAll(']', '\\]')
  const [file, below] = [new Bun.Glob(pattern), new Bun.Glob(`${pattern}/**`)]
  return tracked.some((one) => file.match(one) || below.match(one))
}

test('every file and folder that a document names is there', () => {
  expect(documents.length).toBeGreaterThan(20)
  const named = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/`([^`\n]+)`/g)]
      .flatMap(([, code = '']) => [...code.matchAll(pathPattern)])
      .map(([name]) => ({ document: path, name })),
  )
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter(({ name }) => !isThere(name))).toEqual([])
})

test('every link from one document to a file of the repository leads there', () => {
  const links = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => ({ document: path, link })),
  )
  expect(links.length).toBeGreaterThan(20)
  expect(
    links.filter(({ document, link }) => !existsSync(new URL(link, `file://${root}${document}`).pathname)),
  ).toEqual([])
})

test('every command that a document tells is there', async () => {
  const { scripts } = await Bun.file(`${root}package.json`).json()
  const told = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bbun(?:@[\d.]+)? run ([\w:-]+)/g)].map(([, script = '']) => ({ document: path, script })),
  )
  expect(told.length).toBeGreaterThan(20)
  expect(told.filter(({ script }) => !(script in scripts) && script !== 'dev')).toEqual([])
})
