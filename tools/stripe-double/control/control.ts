import { Hono } from 'hono'
import { onboardedAs } from '../connect/connect.ts'
import type { Connect } from '../connect/platform.ts'
import { type Answer, errorAnswer, parameterRefused, refused } from '../errors.ts'
import type { Account } from '../payment/account.ts'
import { declineNamed } from '../payment/cards.ts'
import { verdicts } from '../payment/disputes.ts'
import type { Env } from '../request/answering.ts'
import type { Storage } from '../storage.ts'
import type { Webhooks } from '../webhook/webhooks.ts'
import { type FaultSpec, type Faults, isBounded, kindsOf, operations } from './faults.ts'
import { stateOf } from './state.ts'

type ControlDeps = {
  storage: Storage
  account: Account
  connect: Connect
  faults: Faults
  webhooks: Webhooks
}

type Body = Record<string, unknown>

const bodyOf = async (request: { text(): Promise<string> }): Promise<Body> => {
  const text = await request.text()
  if (text === '') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw refused('The control API takes JSON.')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw refused('A JSON object is expected.')
  return { ...parsed }
}

const textIn = (body: Body, name: string): string | undefined => {
  const value = body[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw parameterRefused('parameter_invalid', name, `${name} must be a string.`)
  return value
}

const requiredIn = (body: Body, name: string): string => {
  const value = textIn(body, name)
  if (value === undefined) throw parameterRefused('parameter_missing', name, `${name} is required.`)
  return value
}

const numberIn = (body: Body, name: string): number | undefined => {
  const value = body[name]
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw parameterRefused('parameter_invalid', name, `${name} must be a number.`)
  return value
}

const choiceIn = <T extends string>(body: Body, name: string, choices: readonly T[]): T => {
  const choice = choices.find((each) => each === body[name])
  if (choice === undefined)
    throw parameterRefused('parameter_invalid', name, `${name} is one of ${choices.join(', ')}.`)
  return choice
}

const metadataIn = (body: Body): Record<string, string> | undefined => {
  const { metadata } = body
  if (metadata === undefined) return undefined
  if (typeof metadata !== 'object' || metadata === null) {
    throw parameterRefused('parameter_invalid', 'metadata', 'metadata must be an object.')
  }
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)]))
}

const faultFields = ['operation', 'kind', 'times', 'delayMs', 'declineCode', 'intent', 'metadata', 'eventType']

const faultIn = (body: Body): FaultSpec => {
  const unknown = Object.keys(body).find((name) => !faultFields.includes(name))
  if (unknown) throw parameterRefused('parameter_unknown', unknown, `A fault has no ${unknown}.`)
  const operation = operations.find((each) => each === body.operation)
  if (!operation) {
    throw parameterRefused('parameter_invalid', 'operation', `operation is one of ${operations.join(', ')}.`)
  }
  const kind = kindsOf(operation).find((each) => each === body.kind)
  if (!kind) {
    throw parameterRefused(
      'parameter_invalid',
      'kind',
      `kind, for ${operation}, is one of ${kindsOf(operation).join(', ')}.`,
    )
  }
  const declineCode = textIn(body, 'declineCode')
  if (declineCode !== undefined && !declineNamed(declineCode)) {
    throw parameterRefused('parameter_invalid', 'declineCode', `No test card is declined with ${declineCode}.`)
  }
  const intent = textIn(body, 'intent')
  const metadata = metadataIn(body)
  const eventType = textIn(body, 'eventType')
  const fault: FaultSpec = {
    operation,
    kind,
    times: numberIn(body, 'times') ?? 1,
    delayMs: numberIn(body, 'delayMs') ?? 0,
    ...(declineCode === undefined ? {} : { declineCode }),
    ...(intent === undefined ? {} : { intent }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(eventType === undefined ? {} : { eventType }),
  }
  if (!isBounded(fault)) throw parameterRefused('parameter_invalid', 'times', 'times or delayMs is out of bounds.')
  return fault
}

const shown = ({ status, body }: Answer): Response => Response.json(body, { status })

// An action from outside has no request of the integration behind it.
const outside = { requestId: null, idempotencyKey: null }

/** What the buyer's browser, banks and sellers do. */
const createActions = ({ storage, account, connect, webhooks }: ControlDeps) => {
  const act = (work: () => Answer): Response => {
    const answer = storage.atomically(work)
    webhooks.wake()
    return shown(answer)
  }

  return new Hono<Env>()
    .post('/payment_intents/:id/confirm', async (c) => {
      const body = await bodyOf(c.req)
      const secret = requiredIn(body, 'client_secret')
      const paymentMethod = requiredIn(body, 'payment_method')
      const returnUrl = textIn(body, 'return_url') ?? 'http://localhost/'
      return act(() => account.confirmInBrowser(c.req.param('id'), secret, paymentMethod, returnUrl, outside))
    })
    .post('/payment_intents/:id/complete3ds', async (c) => {
      const outcome = choiceIn({ outcome: 'succeeded', ...(await bodyOf(c.req)) }, 'outcome', ['succeeded', 'failed'])
      return act(() => account.authenticate(c.req.param('id'), outcome === 'succeeded', outside))
    })
    .post('/payment_intents/:id/capture', async (c) => {
      const amount = numberIn(await bodyOf(c.req), 'amount_to_capture')
      return act(() => account.capture(c.req.param('id'), amount, outside))
    })
    .post('/payment_intents/:id/expire', (c) => act(() => account.cancel(c.req.param('id'), 'automatic', outside)))
    .post('/payment_intents/:id/dispute', async (c) => {
      const body = await bodyOf(c.req)
      const reason = textIn(body, 'reason') ?? 'fraudulent'
      return act(() => connect.dispute(c.req.param('id'), reason, numberIn(body, 'amount')))
    })
    .post('/disputes/:id/close', async (c) => {
      const outcome = choiceIn(await bodyOf(c.req), 'outcome', verdicts)
      return act(() => connect.closeDispute(c.req.param('id'), outcome))
    })
    .post('/accounts/:id/onboard', async (c) => {
      const outcome = choiceIn({ outcome: 'complete', ...(await bodyOf(c.req)) }, 'outcome', onboardedAs)
      return act(() => connect.onboard(c.req.param('id'), outcome))
    })
}

/** What only a test may do: ask for faults, act as the buyer's browser or the bank, and read the state behind the API. */
export const createControl = (deps: ControlDeps) => {
  const { storage, faults, webhooks } = deps

  return new Hono<Env>()
    .get('/faults', (c) => c.json({ faults: faults.all() }))
    .post('/faults', async (c) => c.json(faults.set(faultIn(await bodyOf(c.req))), 201))
    .delete('/faults', (c) => {
      faults.clear()
      return c.body(null, 204)
    })
    .route('/', createActions(deps))
    .get('/state', (c) =>
      c.json({
        ...stateOf(storage),
        webhooks: webhooks.summary(),
        faults: faults.all().filter((f) => f.remaining > 0),
      }),
    )
    .post('/reset', (c) => {
      storage.reset()
      return c.body(null, 204)
    })
    .notFound((c) =>
      shown(errorAnswer(404, { type: 'invalid_request_error', message: `The control API has no ${c.req.path}.` })),
    )
}
