import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeLock } from './build-lock.ts'

const holder = (file: string) =>
  Bun.spawn(
    [
      process.execPath,
      '-e',
      `const { takeLock } = await import('./build-lock.ts')
       const lock = takeLock(${JSON.stringify(file)})
       console.log(lock ? 'held' : 'refused')
       await Bun.sleep(60_000)`,
    ],
    { cwd: import.meta.dir, stdout: 'pipe', stderr: 'inherit' },
  )

test('one builds at a time, and the lock of a build that was killed is free at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-lock-'))
  const file = join(folder, 'lock')
  const other = holder(file)
  try {
    const said = await other.stdout.getReader().read()
    expect(new TextDecoder().decode(said.value)).toBe('held\n')
    expect(takeLock(file)).toBeUndefined()
    other.kill('SIGKILL')
    await other.exited
    {
      using ours = takeLock(file)
      expect(ours).toBeDefined()
      expect(takeLock(file)).toBeUndefined()
    }
    takeLock(file)?.[Symbol.dispose]()
    using again = takeLock(file)
    expect(again).toBeDefined()
  } finally {
    other.kill('SIGKILL')
    await other.exited
    rmSync(folder, { recursive: true, force: true })
  }
})
