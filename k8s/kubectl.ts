import { UserError } from '@fairpass/servers'

const limitMs = 120_000

export type Resource = {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  [field: string]: unknown
}

type Ask = { input?: string; timeoutMs?: number }
type CommandResult = { ok: boolean; stdout: string; stderr: string }

/** kubectl on the cluster of KUBECONFIG, within one namespace or, without one, where a resource itself says. Input goes by a pipe: arguments can be read by everybody. */
export const createKubectl = (namespace?: string) => {
  const command = ['kubectl', ...(namespace ? ['--namespace', namespace] : [])]
  const ask = async (args: readonly string[], { input, timeoutMs = limitMs }: Ask = {}): Promise<CommandResult> => {
    const child = Bun.spawn([...command, ...args], {
      stdin: input === undefined ? 'ignore' : new Blob([input]),
      stdout: 'pipe',
      stderr: 'pipe',
      timeout: timeoutMs,
    })
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    return { ok: code === 0, stdout, stderr }
  }

  /** @throws UserError with what kubectl says */
  const run = async (args: readonly string[], how?: Ask): Promise<string> => {
    const { ok, stdout, stderr } = await ask(args, how)
    if (!ok) throw new UserError(`kubectl ${args.slice(0, 4).join(' ')}: ${shortened(stderr || stdout || 'no answer')}`)
    return stdout
  }

  return {
    ask,
    run,
    exists: async (kind: string, name: string) => (await ask(['get', kind, name, '--output', 'name'])).ok,
    json: async <T>(...args: string[]): Promise<T> => JSON.parse(await run([...args, '--output', 'json'])),
    apply: (resources: readonly Resource[], ...flags: string[]) =>
      run(['apply', '--filename', '-', ...flags], { input: listOf(resources) }),
    create: (resource: Resource) => run(['create', '--filename', '-'], { input: JSON.stringify(resource) }),
  }
}

const shortened = (text: string) => text.trim().split('\n').slice(0, 10).join('\n')

export type Kubectl = ReturnType<typeof createKubectl>

const listOf = (items: readonly Resource[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
