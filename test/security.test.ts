import { expect, test } from 'bun:test'

// The tables of docs/security.md must not rot: what they name exists, and what nothing shows is said to be not met.

const root = new URL('..', import.meta.url).pathname
const text = await Bun.file(`${root}/docs/security.md`).text()

const rowsOf = (title: string) =>
  (text.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const [ids = '', , how = '', shown = ''] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim())
      return { ids, how, shown }
    })

const rows = rowsOf('OWASP ASVS 5.0')
const traps = rowsOf('The storefront')

/** Each `file` with the names in quotes that follow it. */
const testsIn = (shown: string) =>
  [...shown.matchAll(/`([^`]+)`((?: ?,? ?"[^"]+")+)/g)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => ({ file, name })),
  )

const required =
  '2.3.4 2.4.1 3.3.1 3.3.2 3.3.3 3.3.4 3.5.2 6.1.1 6.2.1 6.2.5 6.2.12 6.3.1 7.2.3 7.4.1 7.4.2 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 10.4.5 10.4.8 15.4.2'

test('every requirement that has to be there is', () => {
  const ids = rows.flatMap(({ ids }) => ids.split(', '))
  expect(required.split(' ').filter((id) => !ids.includes(id))).toEqual([])
})

test('each row is shown by a test, or says that it is not met', () => {
  for (const { ids, how, shown } of rows) {
    const isHonest = testsIn(shown).length > 0 || how.includes('**Not met**')
    expect({ ids, isHonest }).toEqual({ ids, isHonest: true })
  }
})

test('each test that is named exists', async () => {
  expect(traps).toHaveLength(12)
  const named = [...rows, ...traps].flatMap(({ shown }) => testsIn(shown))
  expect(named.length).toBeGreaterThan(50)
  for (const { file, name } of named) {
    const text = await Bun.file(`${root}/${file}`).text()
    expect({ file, name, exists: text.includes(name) }).toEqual({ file, name, exists: true })
  }
})
