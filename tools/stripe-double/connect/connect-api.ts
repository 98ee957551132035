import { Hono } from 'hono'
import type { Target } from '../control/faults.ts'
import { parameterRefused } from '../errors.ts'
import { amountOf, currencyOf } from '../payment/parameters.ts'
import type { Answering, Env } from '../request/answering.ts'
import { branch, type Form, flag, metadata, only, required, text, whole } from '../request/form.ts'
import { listed, pageOf } from '../request/lists.ts'
import type { Storage } from '../storage.ts'
import type { NewAccount } from './connect.ts'
import type { Connect } from './platform.ts'

type ConnectApiDeps = {
  storage: Storage
  connect: Connect
  answering: Answering
}

const accountParameters =
  'business_profile business_type capabilities controller country email expand metadata settings'.split(' ')
const linkParameters = 'account collect collection_options expand refresh_url return_url type'.split(' ')
const transferParameters =
  'amount currency description destination expand metadata source_transaction source_type transfer_group'.split(' ')
const reversalParameters = 'amount description expand metadata refund_application_fee'.split(' ')
const controllerParameters = {
  fees: { payer: 'account' },
  losses: { payments: 'stripe' },
  requirement_collection: 'stripe',
  stripe_dashboard: { type: 'full' },
}

const parseAccount = (form: Form): NewAccount => {
  only(form, accountParameters)
  const country = text(form, 'country') ?? 'AT'
  if (!/^[A-Z]{2}$/.test(country))
    throw parameterRefused('country_unsupported', 'country', `Country '${country}' is unknown.`)
  const transfers = branch(branch(form, 'capabilities') ?? {}, 'transfers') ?? {}
  const controller = branch(form, 'controller') ?? {}
  const of = (name: string, field: string) => text(branch(controller, name) ?? {}, field)
  return {
    country,
    controller: {
      fees: { payer: of('fees', 'payer') ?? controllerParameters.fees.payer },
      losses: { payments: of('losses', 'payments') ?? controllerParameters.losses.payments },
      requirement_collection: text(controller, 'requirement_collection') ?? controllerParameters.requirement_collection,
      stripe_dashboard: { type: of('stripe_dashboard', 'type') ?? controllerParameters.stripe_dashboard.type },
    },
    email: text(form, 'email') ?? null,
    wantsTransfers: flag(transfers, 'requested') ?? false,
    metadata: metadata(form),
  }
}

const parseLink = (form: Form) => {
  only(form, linkParameters)
  const account = required(form, 'account')
  if (required(form, 'type') !== 'account_onboarding')
    throw parameterRefused('parameter_invalid', 'type', 'The double knows links of type account_onboarding only.')
  return { account, returnUrl: required(form, 'return_url'), refreshUrl: required(form, 'refresh_url') }
}

const parseTransfer = (form: Form) => {
  only(form, transferParameters)
  return {
    amount: amountOf(form),
    currency: currencyOf(form),
    sourceTransaction: text(form, 'source_transaction') ?? null,
    transferGroup: text(form, 'transfer_group') ?? null,
    description: text(form, 'description') ?? null,
    metadata: metadata(form),
  }
}

/** A fault may name the metadata of an object. */
const marked = (form: Form): Target => ({
  metadata: Object.fromEntries(
    Object.entries(form.metadata ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  ),
})

/** Accounts of sellers, and the links to their onboarding. */
const createAccountApi = ({ storage, connect, answering }: ConnectApiDeps) => {
  const { incoming, order, read } = answering

  return new Hono<Env>()
    .post('/accounts', async (c) => {
      const request = await incoming(c)
      return order(request, ['account'], marked(request.form), (cause) =>
        connect.create(parseAccount(request.form), cause),
      )
    })
    .get('/accounts/:id', (c) => {
      const { metadata: marks } = storage.find('account', c.req.param('id')) ?? {}
      return read(c.req.url, { metadata: marks }, () => connect.account(c.req.param('id')))
    })
    .post('/account_links', async (c) => {
      const request = await incoming(c)
      return order(request, ['account'], {}, () => connect.link(parseLink(request.form), new URL(c.req.url).origin))
    })
}

/** Transfers to sellers, and back. */
const createTransferApi = ({ storage, connect, answering }: ConnectApiDeps) => {
  const { incoming, order, read } = answering

  return new Hono<Env>()
    .post('/transfers', async (c) => {
      const request = await incoming(c)
      return order(request, ['transfer'], marked(request.form), (cause) => {
        const asked = parseTransfer(request.form)
        return connect.transferTo(required(request.form, 'destination'), asked, cause)
      })
    })
    .get('/transfers/:id', (c) => {
      const { metadata: marks } = storage.find('transfer', c.req.param('id')) ?? {}
      return read(c.req.url, { metadata: marks }, () => connect.transfer(c.req.param('id')))
    })
    .get('/transfers', (c) =>
      read(c.req.url, {}, (form) =>
        listed(storage, 'transfer', '/v1/transfers', pageOf(form, ['destination', 'transfer_group'])),
      ),
    )
    .post('/transfers/:id/reversals', async (c) => {
      const id = c.req.param('id')
      const request = await incoming(c)
      const { metadata: marks } = storage.find('transfer', id) ?? {}
      return order(request, ['reversal'], { metadata: marks }, (cause) => {
        only(request.form, reversalParameters)
        const asked = { amount: whole(request.form, 'amount'), metadata: metadata(request.form) }
        return connect.reverse(id, asked, cause)
      })
    })
    .get('/transfers/:id/reversals', (c) => {
      const id = c.req.param('id')
      return read(c.req.url, {}, (form) => {
        const page = { ...pageOf(form), about: connect.transfer(id).id }
        return listed(storage, 'transfer_reversal', `/v1/transfers/${id}/reversals`, page)
      })
    })
}

/** Stripe Connect. */
export const createConnectApi = (deps: ConnectApiDeps) =>
  new Hono<Env>().route('/', createAccountApi(deps)).route('/', createTransferApi(deps))
