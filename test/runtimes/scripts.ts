import { denoFlags, findDeno } from '@fairpass/servers'

export const runtimeNames = ['bun', 'deno'] as const
export type RuntimeName = (typeof runtimeNames)[number]

const limitMs = 30_000

const commandOf = async (name: RuntimeName): Promise<string[]> =>
  name === 'bun' ? [process.execPath] : [(await findDeno()).path, 'run', ...denoFlags, '--allow-all']

/** Runs a script of this folder, with its arguments, on a runtime to its end, and parses the JSON that it prints. */
export const runScript = async (
  name: RuntimeName,
  script: string[],
  env: Record<string, string> = {},
): Promise<unknown> => {
  const child = Bun.spawn([...(await commandOf(name)), ...script], {
    cwd: import.meta.dir,
    env: { ...process.env, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const [said, complained, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  clearTimeout(timer)
  if (code !== 0) throw new Error(`${script.join(' ')} on ${name} ended with ${code}: ${complained}`)
  return JSON.parse(said)
}
