import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '@fairpass/servers'
import { openDataFolder } from './data-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairpass-data-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'file'), '')
symlinkSync(join(folder, 'round'), join(folder, 'round'))

// Guarantee: a wrong setting is told in a sentence, not as a trace of the stack.
test.each([
  ['file', 'is a file, not a folder'],
  ['file/below', 'lies in a file, not in a folder'],
  ['x'.repeat(300), 'is too long a name for a folder'],
  ['round', 'choose another folder'],
])('DATA_DIR=%p is refused in words', (name, words) => {
  const open = () => openDataFolder(join(folder, name))
  expect(open).toThrow(UserError)
  expect(open).toThrow(words)
  expect(open).toThrow('DATA_DIR=….')
})

test('a folder with spaces and letters of any script is opened, for one run at a time', () => {
  const path = join(folder, 'my data', 'größe 大')
  const opened = openDataFolder(path)
  expect(() => openDataFolder(path)).toThrow(`in use by another run (process ${process.pid})`)
  opened.release()
  openDataFolder(path).release()
})
