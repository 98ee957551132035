import { apps, kubectl, onDenoTag } from './deploy.ts'
import { check } from './report.ts'

/** What moves to Deno amid the test; the others stay on Bun. */
export const appsOnDeno = ['orders', 'payments']

/** Whoever is served meanwhile is served by replicas on both. */
export const moveToDeno = async (names: readonly string[]): Promise<void> => {
  for (const name of names)
    await kubectl.run(['set', 'image', `deployment/${name}`, `app=fairpass/${name}:${onDenoTag}`])
}

type Pods = { items: { metadata: { name: string; deletionTimestamp?: string } }[] }

/** What each pod of an app, those that are ending aside, said when it began to listen. */
const runtimesOf = async (app: string): Promise<string[]> => {
  const { items } = await kubectl.json<Pods>('get', 'pods', `--selector=app.kubernetes.io/name=${app}`)
  const staying = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const logs = await Promise.all(staying.map(({ metadata }) => kubectl.run(['logs', metadata.name, '--container=app'])))
  return logs.map((log) => {
    const line = log.split('\n').find((one) => one.includes('"listening"'))
    return line ? String(JSON.parse(line).runtime) : 'nothing'
  })
}

/** Fails unless every replica of each app runs on what it should. */
export const checkRuntimes = async (): Promise<string> => {
  for (const app of apps) {
    const [expected, found] = [appsOnDeno.includes(app) ? 'deno' : 'bun', await runtimesOf(app)]
    const isAsExpected = found.length > 0 && found.every((runtime) => runtime === expected)
    check(isAsExpected, `${app} runs on ${found.join(', ')}, not on ${expected} alone`)
  }
  return `${appsOnDeno.join(' and ')} on Deno, the others on Bun`
}
