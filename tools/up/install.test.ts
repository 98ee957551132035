import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@fairpass/servers/testing'
import { versionOfPackages } from './install.ts'

test('packages are installed anew for another lockfile, and for another patch under the same name', () => {
  const folder = testFolder()
  mkdirSync(join(folder, 'sdk', 'patches'), { recursive: true })
  const seen = new Set<string>()
  for (const [lock, patch] of [
    ['lock', 'patch'],
    ['another lock', 'patch'],
    ['another lock', 'another patch'],
  ] as const) {
    writeFileSync(join(folder, 'bun.lock'), lock)
    writeFileSync(join(folder, 'sdk', 'patches', 'mongodb@7.9.0.patch'), patch)
    seen.add(versionOfPackages(folder))
    expect(versionOfPackages(folder)).toBe([...seen].at(-1) ?? '')
  }
  expect(seen.size).toBe(3)
})
