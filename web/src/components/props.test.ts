import { expect, test } from 'bun:test'

const SRC = new URL('..', import.meta.url).pathname

// Trap 11: what is taken out of props at once never changes again, and no linter says so.
test('no component takes its props apart', async () => {
  const files = await Array.fromAsync(new Bun.Glob('{parts,routes,words}/**/*.tsx').scan({ cwd: SRC }))
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const text = await Bun.file(SRC + file).text()
    const found = text.match(/(?:const|function) [A-Z]\w*(?:<[^>]*>)?\s*=?\s*\(\s*\{[^)]*|const \{[^}]*\} = props\b/g)
    expect({ file, found }).toEqual({ file, found: null })
  }
})
