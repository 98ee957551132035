import type Stripe from 'stripe'
import { balances } from '../control/state.ts'
import { type Answer, noSuch, refused } from '../errors.ts'
import { closeDispute, openDispute, type Verdict } from '../payment/disputes.ts'
import { type Happening, happening, type KeptAccount, newId, type StoredObject, type World } from '../shapes.ts'
import type { Storage } from '../storage.ts'
import type { Cause, Events } from '../webhook/events.ts'
import * as domain from './connect.ts'

type ConnectDeps = {
  storage: Storage
  events: Events
  now: () => number
}

type LinkRequest = {
  account: string
  returnUrl: string
  refreshUrl: string
}

const linkSeconds = 300
const maxTransfers = 1_000
const outside: Cause = { requestId: null, idempotencyKey: null }

const ok = (body: unknown): Answer => ({ status: 200, body })

/** The time of a change, and how its outcome is stored together with its events. */
const createKeeping = ({ storage, events, now }: ConnectDeps) => {
  const world = (): World => ({ nowSeconds: Math.floor(now() / 1000), newId })
  const keep = (touched: StoredObject[], happenings: Happening[], cause: Cause) => {
    for (const entry of touched) storage.put(entry)
    events.record(happenings, cause, world())
  }
  return { world, keep }
}
type Keeping = ReturnType<typeof createKeeping>

const createAccounts = (storage: Storage, { world, keep }: Keeping) => {
  const account = (id: string, param = 'account', status: 400 | 404 = 404): KeptAccount => {
    const found = storage.find('account', id)
    if (!found) throw noSuch('account', id, param, status)
    return found
  }

  return {
    account,

    create: (asked: domain.NewAccount, cause: Cause): Answer => {
      const made = domain.accountOf(asked, world())
      keep([made], [], cause)
      return ok(made)
    },

    /** @param origin where the page of this double is reached */
    link: ({ account: id, returnUrl, refreshUrl }: LinkRequest, origin: string): Answer => {
      const created = world().nowSeconds
      const link = { id: newId('onboarding'), created, expiresAt: created + linkSeconds }
      storage.put({ ...link, object: 'onboarding', account: account(id).id, returnUrl, refreshUrl })
      const made: Stripe.AccountLink = {
        object: 'account_link',
        created,
        expires_at: link.expiresAt,
        url: `${origin}/onboarding/${link.id}`,
      }
      return ok(made)
    },

    onboard: (id: string, how: domain.Onboarded): Answer => {
      const after = domain.onboard(account(id), how)
      keep([after], [happening('account.updated', after)], outside)
      return ok(after)
    },
  }
}
type Accounts = ReturnType<typeof createAccounts>

const createTransfers = (storage: Storage, { world, keep }: Keeping, account: Accounts['account']) => {
  const transfer = (id: string): Stripe.Transfer => {
    const found = storage.find('transfer', id)
    if (!found) throw noSuch('transfer', id, 'id')
    return found
  }

  const sourceOf = (id: string | null, currency: string): domain.Source => {
    if (id === null) return { available: balances(storage)[currency] ?? 0 }
    const charge = storage.find('charge', id)
    if (!charge) throw noSuch('charge', id, 'source_transaction', 400)
    const sent = storage
      .list('transfer', { limit: maxTransfers, sourceTransaction: id })
      .reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0)
    return { charge, available: charge.amount_captured - sent }
  }

  return {
    transfer,

    transferTo: (id: string, asked: domain.TransferRequest, cause: Cause): Answer => {
      const source = sourceOf(asked.sourceTransaction, asked.currency)
      const destination = account(id, 'destination', 400)
      const { made, touched, happenings } = domain.transfer(destination, asked, source, world())
      keep(touched, happenings, cause)
      return ok(made)
    },

    reverse: (id: string, asked: domain.ReversalRequest, cause: Cause): Answer => {
      const { made, touched, happenings } = domain.reverse(transfer(id), asked, world())
      keep(touched, happenings, cause)
      return ok(made)
    },
  }
}

/** What the buyer's bank does. */
const createDisputes = (storage: Storage, { world, keep }: Keeping) => ({
  /** It takes back what was captured, or a part of it. */
  dispute: (intentId: string, reason: string, amount?: number): Answer => {
    const intent = storage.find('payment_intent', intentId)
    const charge = typeof intent?.latest_charge === 'string' ? storage.find('charge', intent.latest_charge) : undefined
    if (!charge?.captured) throw refused('Only what was captured can be disputed.')
    const { dispute, touched, happenings } = openDispute(charge, { reason, amount }, world())
    keep(touched, happenings, outside)
    return ok(dispute)
  },

  closeDispute: (id: string, verdict: Verdict): Answer => {
    const dispute = storage.find('dispute', id)
    if (!dispute) throw noSuch('dispute', id, 'dispute')
    const { after, happenings } = closeDispute(dispute, verdict)
    keep([after], happenings, outside)
    return ok(after)
  },
})

/** What the platform does with the accounts of its sellers, and what banks do to it: loads, decides, keeps. */
export const createConnect = (deps: ConnectDeps) => {
  const { storage } = deps
  const keeping = createKeeping(deps)
  const accounts = createAccounts(storage, keeping)
  return {
    ...accounts,
    ...createTransfers(storage, keeping, accounts.account),
    ...createDisputes(storage, keeping),
  }
}

export type Connect = ReturnType<typeof createConnect>
