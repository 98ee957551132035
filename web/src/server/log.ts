import { writeLine } from '@fairpass/sdk/telemetry/stdout'

const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/**
 * Writes one JSON line; the caller chooses the fields, which never hold a header, a cookie or a body. The sdk's log is pino,
 * which needs Node's streams; the same app also runs as a worker at the edge.
 */
export const createLog =
  (least: Level) =>
  (level: Level, message: string, fields: Record<string, string | number | undefined> = {}): void => {
    if (levels.indexOf(level) < levels.indexOf(least)) return
    const line = JSON.stringify({ time: new Date().toISOString(), level, app: 'web', message, ...fields })
    if (level === 'error') console.error(line)
    else writeLine(line)
  }
