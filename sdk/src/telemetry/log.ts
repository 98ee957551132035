import pino from 'pino'
import { writeLine } from './stdout.ts'
import { currentTrace } from './trace.ts'

export type Log = pino.Logger

/** JSON lines on standard output. Every line of a request, an event or a reminder carries its trace id. */
export const createLog = (service: string, level: string): Log =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const trace = currentTrace()
        return trace ? { traceId: trace.traceId } : {}
      },
      redact: {
        paths: ['password', 'token', 'authorization', 'cookie', '*.password', '*.token', '*.authorization', '*.cookie'],
        remove: true,
      },
    },
    { write: writeLine },
  )
