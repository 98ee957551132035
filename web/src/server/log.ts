import { writeLine } from '@fairpass/sdk/telemetry/stdout'

const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/** One JSON line; fields are chosen by the caller and never hold a header, a cookie or a body. */
export const createLog =
  (least: Level) =>
  (level: Level, message: string, fields: Record<string, string | number | undefined> = {}): void => {
    if (levels.indexOf(level) < levels.indexOf(least)) return
    const line = JSON.stringify({ time: new Date().toISOString(), level, app: 'web', message, ...fields })
    if (level === 'error') console.error(line)
    else writeLine(line)
  }
