import { UserError } from '../user-error.ts'

const runtimeNames = ['bun', 'deno'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** Which runtime each app runs on. */
export type Runtimes = (appId: string) => RuntimeName

const isRuntime = (name: string): name is RuntimeName => runtimeNames.some((known) => known === name)

/**
 * What `RUNTIME` says: `deno` for all, `orders:deno,payments:deno` for some, `deno,web:bun` for all but some.
 * @throws UserError that names what is wrong in it
 */
export const readRuntimes = (text: string | undefined, appIds: readonly string[]): Runtimes => {
  const chosen = new Map<string, RuntimeName>()
  let usual: RuntimeName = 'bun'
  for (const entry of (text ?? '').split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const [first = '', ...rest] = entry.split(':')
    const [appId, name] = rest.length > 0 ? [first, rest.join(':')] : [undefined, first]
    if (!isRuntime(name)) throw wrong(text, `"${name}" is no runtime; there are ${runtimeNames.join(' and ')}`)
    if (appId === undefined) usual = name
    else if (appIds.includes(appId)) chosen.set(appId, name)
    else throw wrong(text, `there is no app "${appId}"; there are ${appIds.join(', ')}`)
  }
  return (appId) => chosen.get(appId) ?? usual
}

const wrong = (text: string | undefined, why: string) =>
  new UserError(`RUNTIME is "${text}": ${why}. Write deno, or orders:deno,payments:deno for some of the apps.`)
