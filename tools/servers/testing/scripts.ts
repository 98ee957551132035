import { afterAll } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../root.ts'

/** A folder that is removed after the file's tests. */
export const temporaryFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairpass-up-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Waits for a condition, at most `timeoutMs`, and returns whether it came true. */
export const eventually = async (isTrue: () => boolean | Promise<boolean>, timeoutMs = 10_000) => {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (await isTrue()) return true
    await Bun.sleep(20)
  }
  return false
}

/** A process that has ended but was not yet waited for counts as gone. */
export const isRunning = (pid: number) => {
  const { stdout } = Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(pid)])
  const state = stdout.toString().trim()
  return state !== '' && !state.startsWith('Z')
}

/** Runs a piece of TypeScript in a process of its own that may import files of the project by `tools/…`. */
export const spawnScript = (source: string, env: Record<string, string> = {}) => {
  const folder = temporaryFolder()
  const file = join(folder, 'script.ts')
  writeFileSync(file, source.replaceAll("'tools/", `'${root}/tools/`))
  const child = Bun.spawn([process.execPath, file], {
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let output = ''
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) output += new TextDecoder().decode(chunk)
  }
  const drained = Promise.all([read(child.stdout), read(child.stderr)])
  return {
    child,
    output: () => output,
    ended: async () => {
      await Promise.all([child.exited, drained])
      return { code: child.exitCode, output }
    },
  }
}
