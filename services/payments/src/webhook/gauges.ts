import type { GaugeCollector } from '@fairpass/sdk/telemetry'
import { webhooksFailed } from '../metrics.ts'
import type { Webhooks } from './store.ts'

export const webhookGauges = (webhooks: Pick<Webhooks, 'countFailed'>): GaugeCollector => ({
  name: 'failed webhooks',
  read: async () => webhooksFailed.set(await webhooks.countFailed()),
  reset: () => webhooksFailed.remove(),
})
