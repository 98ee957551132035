import { expect, test } from 'bun:test'
import { webhookEventTypes } from './event-types.ts'

const root = new URL('../../../../', import.meta.url)
const read = (path: string) => Bun.file(new URL(path, root)).text()

// Guarantee: what an endpoint at Stripe is told to send is what is needed, in the cluster and in the guide.
test.each(['k8s/components/stripe-double/stripe-double.yaml', 'docs/deploy.md'])(
  '%s enables every type of event that is needed, and none that every purchase would send for nothing',
  async (path) => {
    const text = await read(path)
    expect(webhookEventTypes.filter((type) => !text.includes(type))).toEqual([])
    expect(text).not.toContain('payment_intent.succeeded')
  },
)
