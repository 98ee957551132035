import { Hono } from 'hono'
import type { Operation, Target } from '../control/faults.ts'
import { balanceOf } from '../control/state.ts'
import type { Answering, Env } from '../request/answering.ts'
import { type Form, flag, only, text } from '../request/form.ts'
import { listed, pageOf, searched } from '../request/lists.ts'
import type { Storage } from '../storage.ts'
import type { Events } from '../webhook/events.ts'
import type { Account } from './account.ts'
import { parseCancellation, parseCapture, parseConfirmation, parseCreation, parseRefund } from './parameters.ts'

type ApiDeps = {
  storage: Storage
  account: Account
  events: Events
  answering: Answering
}

/** What a request is about, by which a fault may be meant for it. */
const createTargets = (storage: Storage) => ({
  about: (intent: string | undefined): Target => {
    const found = intent === undefined ? undefined : storage.find('payment_intent', intent)
    return { intent, metadata: found?.metadata }
  },

  chargedIntent: (charge: string | undefined): string | undefined => {
    const found = charge === undefined ? undefined : storage.find('charge', charge)
    return typeof found?.payment_intent === 'string' ? found.payment_intent : undefined
  },
})

/** Payments: opened, confirmed, captured, cancelled and refunded. */
const createPaymentApi = ({ storage, account, answering }: ApiDeps) => {
  const { incoming, order } = answering
  const { about, chargedIntent } = createTargets(storage)

  return new Hono<Env>()
    .post('/payment_intents', async (c) => {
      const request = await incoming(c)
      const { form } = request
      const metadata = Object.fromEntries(
        Object.entries(form.metadata ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
      const operations: Operation[] = flagged(form) ? ['create', 'confirm'] : ['create']
      return order(request, operations, { metadata }, (cause, decline) => {
        const { intent, attach, confirmation } = parseCreation(form)
        return account.create(intent, confirmation && { ...confirmation, decline }, attach, cause)
      })
    })
    .post('/payment_intents/:id/confirm', async (c) => {
      const request = await incoming(c)
      return order(request, ['confirm'], about(c.req.param('id')), (cause, decline) =>
        account.confirm(c.req.param('id'), { ...parseConfirmation(request.form), decline }, cause),
      )
    })
    .post('/payment_intents/:id/capture', async (c) => {
      const request = await incoming(c)
      return order(request, ['capture'], about(c.req.param('id')), (cause, decline) =>
        account.capture(c.req.param('id'), parseCapture(request.form), cause, decline),
      )
    })
    .post('/payment_intents/:id/cancel', async (c) => {
      const request = await incoming(c)
      return order(request, ['cancel'], about(c.req.param('id')), (cause) =>
        account.cancel(c.req.param('id'), parseCancellation(request.form), cause),
      )
    })
    .post('/refunds', async (c) => {
      const request = await incoming(c)
      const { form } = request
      const intent = text(form, 'payment_intent') ?? chargedIntent(text(form, 'charge'))
      return order(request, ['refund'], about(intent), (cause) => {
        const { from, asked } = parseRefund(form)
        return account.refund(from, asked, cause)
      })
    })
}

/** Everything that can be read, one by one or as a list. */
const createReadApi = ({ storage, account, events, answering }: ApiDeps) => {
  const { read, one } = answering
  const { about, chargedIntent } = createTargets(storage)

  return new Hono<Env>()
    .get('/payment_intents/search', (c) =>
      read(c.req.url, {}, (form) => searched(storage, form), ['search', 'retrieve']),
    )
    .get('/payment_intents/:id', (c) =>
      read(c.req.url, about(c.req.param('id')), (form) => {
        only(form, ['client_secret', 'expand'])
        return account.intent(c.req.param('id'))
      }),
    )
    .get('/payment_intents', (c) =>
      read(c.req.url, {}, (form) => listed(storage, 'payment_intent', '/v1/payment_intents', pageOf(form))),
    )
    .get('/charges/:id', (c) =>
      read(c.req.url, about(chargedIntent(c.req.param('id'))), () => one('charge', c.req.param('id'))),
    )
    .get('/charges', (c) =>
      read(c.req.url, {}, (form) => listed(storage, 'charge', '/v1/charges', pageOf(form, ['payment_intent']))),
    )
    .get('/refunds/:id', (c) => read(c.req.url, {}, () => one('refund', c.req.param('id'))))
    .get('/refunds', (c) =>
      read(c.req.url, {}, (form) =>
        listed(storage, 'refund', '/v1/refunds', pageOf(form, ['payment_intent', 'charge'])),
      ),
    )
    .get('/disputes/:id', (c) => read(c.req.url, {}, () => one('dispute', c.req.param('id'))))
    .get('/disputes', (c) =>
      read(c.req.url, {}, (form) =>
        listed(storage, 'dispute', '/v1/disputes', pageOf(form, ['payment_intent', 'charge'])),
      ),
    )
    .get('/events/:id', (c) => read(c.req.url, {}, () => events.shown(one('event', c.req.param('id')))))
    .get('/events', (c) =>
      read(c.req.url, {}, (form) => listed(storage, 'event', '/v1/events', pageOf(form, ['type']), events.shown)),
    )
    .get('/payment_methods/:id', (c) => read(c.req.url, {}, () => account.method(c.req.param('id'))))
    .get('/balance', (c) => read(c.req.url, {}, () => balanceOf(storage)))
}

export const createApi = (deps: ApiDeps) =>
  new Hono<Env>().route('/', createPaymentApi(deps)).route('/', createReadApi(deps))

const flagged = (form: Form): boolean => {
  try {
    return flag(form, 'confirm') ?? false
  } catch {
    // What is wrong with it is said where the parameters are read.
    return false
  }
}
