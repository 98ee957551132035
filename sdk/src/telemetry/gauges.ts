import { pause } from '../run-periodically.ts'
import type { Log } from './log.ts'
import { counter, metrics } from './metrics.ts'

/** What is set before an answer; it has to bound its own questions to the database. */
export type GaugeCollector = {
  /** what it is called where it fails */
  name: string
  /** sets its gauges to what is so now */
  read: () => Promise<void>
  /** takes its gauges out of the answer: better none than one that was true once */
  reset: () => void
}

const readingFailuresTotal = counter('reading_failures_total', {
  help: 'Gauges that could not be read, and were left out of an answer',
  labels: ['reading'],
})

/** However many ask, the database is asked this often, in milliseconds; and an answer waits this long for it. */
const freshMs = 5_000
const readWithinMs = 2_000

/**
 * Everything that is measured, as text for Prometheus, with `collectors` that are at most five seconds old.
 * @returns a function that never fails and answers within little more than two seconds
 */
export const createScrape = (collectors: readonly GaugeCollector[], log: Log) => {
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<unknown> | undefined

  const readOne = async ({ name, read, reset }: GaugeCollector) => {
    const late = pause(readWithinMs).then(() => Promise.reject(new Error(`not read within ${readWithinMs} ms`)))
    try {
      await Promise.race([read(), late])
    } catch (error) {
      reset()
      readingFailuresTotal.inc({ reading: name })
      log.debug({ err: error, reading: name }, 'not read')
    } finally {
      late.catch(() => {})
    }
  }

  const readAll = () => {
    reading ??= Promise.all(collectors.map(readOne)).finally(() => {
      readAt = performance.now()
      reading = undefined
    })
    return reading
  }

  return async (): Promise<string> => {
    if (performance.now() - readAt > freshMs) await readAll()
    return metrics.metrics()
  }
}
