import { type Marketplace, startMarketplace } from '../marketplace.ts'
import { startCollector } from './collector.ts'

/** What apps and sidecars of the observed marketplace exported. */
export const collector = startCollector()

const newSecret = () => `secret-${crypto.randomUUID()}`

/** Secrets that the observed marketplace was started with, by what they are. */
export const givenSecrets = { JWT_KEY: newSecret(), APP_API_TOKEN: newSecret(), DAPR_API_TOKEN: newSecret() }

let running: Promise<Marketplace> | undefined

/** One marketplace that says everything it can, for all tests that look at what it says. */
export const observedMarketplace = (): Promise<Marketplace> => {
  running ??= startMarketplace(
    {
      LOG_LEVEL: 'debug',
      HOLD_SECONDS: '60',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      ...givenSecrets,
    },
    ['--observe'],
  )
  return running
}

/** The files of tests that look at it. */
const looking = new Set(['logs', 'observing'])

/** Whoever has looked last ends it; where only one file runs, it ends with the process. */
export const haveLooked = async (at: string): Promise<void> => {
  looking.delete(at)
  if (looking.size === 0) await (await running)?.stop()
}
