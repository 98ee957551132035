import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runFolder } from '../run-folder.ts'

// `bun run test` runs this when all other tests have ended, on the logs of all marketplaces of the run.

// Guarantee: nothing that the tests did made any marketplace log a credential.
test.skipIf(!runFolder)(
  'no log of any marketplace of the run holds a password or a token',
  async () => {
    const folder = runFolder ?? ''
    const kept = readFileSync(join(folder, 'secrets.jsonl'), 'utf8').trim().split('\n')
    const secrets = new Map<string, string>(kept.map((line) => JSON.parse(line)).map(([what, value]) => [value, what]))
    expect(secrets.size).toBeGreaterThan(10)
    const logs = await Array.fromAsync(new Bun.Glob('logs-*/*').scan({ cwd: folder }))
    expect(logs.filter((name) => name.endsWith('/auth.log'))).not.toEqual([])
    const told: string[] = []
    for (const name of logs) {
      const text = readFileSync(join(folder, name), 'utf8')
      for (const [value, what] of secrets) if (text.includes(value)) told.push(`${what} in ${name}`)
    }
    expect(told).toEqual([])
  },
  120_000,
)
