import { expect, test } from 'bun:test'

const sourceFolder = new URL('..', import.meta.url).pathname

// Trap 11: destructured props never change again, and no linter notices.
test('no component takes its props apart', async () => {
  const files = await Array.fromAsync(new Bun.Glob('{components,routes,i18n}/**/*.tsx').scan({ cwd: sourceFolder }))
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const text = await Bun.file(sourceFolder + file).text()
    const found = text.match(/(?:const|function) [A-Z]\w*(?:<[^>]*>)?\s*=?\s*\(\s*\{[^)]*|const \{[^}]*\} = props\b/g)
    expect({ file, found }).toEqual({ file, found: null })
  }
})
