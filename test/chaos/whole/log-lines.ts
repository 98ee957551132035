import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const Line = v.object({
  level: v.literal('error'),
  msg: v.optional(v.string(), ''),
  // The web app's own words for both.
  message: v.optional(v.string(), ''),
  app: v.optional(v.string(), ''),
  service: v.optional(v.string(), ''),
  time: v.optional(v.string(), ''),
  event: v.optional(v.string(), ''),
  err: v.optional(v.object({ type: v.optional(v.string()), message: v.string(), stack: v.optional(v.string(), '') })),
})

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // A process that was killed ends in the middle of a line.
    return undefined
  }
}

/** What an app has logged as an error: nobody foresaw it. The cause is in the sentence, so that it can be mended. */
const unforeseenIn = (log: string): string[] =>
  log.split('\n').flatMap((line) => {
    const read = v.safeParse(Line, line.includes('"error"') ? parsed(line) : undefined)
    if (!read.success) return []
    const { service, app, time, msg, message, event, err } = read.output
    const where = err?.stack.split('\n').slice(1, 4).join(' ') ?? ''
    return [
      `${time} ${service}${app}: ${msg}${message}${event && ` (${event})`}${err ? `: ${err.type} ${err.message} ${where}` : ''}`,
    ]
  })

/** Sidecars log as errors whatever their Redis does, which is the fault. */
const logsOfApps = new Bun.Glob('logs/{auth,tickets,orders,expiration,payments,web}.log*')

/** Of every app of the marketplace whose data is in `dataDir`. */
export const unforeseenErrors = async (dataDir: string): Promise<string[]> => {
  const logs = await Array.fromAsync(logsOfApps.scan({ cwd: dataDir, followSymlinks: true }))
  return logs.sort().flatMap((name) => unforeseenIn(readFileSync(join(dataDir, name), 'utf8')))
}
