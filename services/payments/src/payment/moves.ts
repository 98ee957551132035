import { now as timeNow } from '@fairpass/sdk/clock'
import type { FairpassEvent } from '@fairpass/sdk/events'
import { groupWrites, inTransaction, isDuplicateKey } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import type { Coupons } from '../coupon/store.ts'
import { lossOf } from '../domain/dispute.ts'
import { type Entry, entriesOf, partRefundedEntry, withoutPassingHold } from '../domain/ledger.ts'
import { eventsOf, move, OrderNotPayableError, type Payment, type Status, type Why } from '../domain/payment.ts'
import type { Ledger } from '../ledger/store.ts'
import { countEnd } from '../metrics.ts'
import type { Payouts } from '../payout/store.ts'
import type { Documents } from './documents.ts'

export type MoveDeps = {
  db: Db
  documents: Documents
  ledger: Ledger
  coupons: Pick<Coupons, 'releaseIn'>
  payouts: Pick<Payouts, 'openIn' | 'refundIn' | 'reduceIn'>
}

/** A move that was decided, with the entries that belong to it. */
type Move = { before: Payment; after: Payment; entries: readonly Entry[] }

const releasesCoupon = ({ kind, status }: Payment) =>
  kind === 'coupon' && (status === 'cancelled' || status === 'refunded')

type Work<R> = (session: ClientSession, outboxOf: (saved: Payment) => FairpassEvent[]) => Promise<R>

/** Writes payments in one transaction; `outboxOf` gives each its events, which go out once it has committed. */
const createTransaction =
  ({ db, documents }: Pick<MoveDeps, 'db' | 'documents'>) =>
  async <R>(work: Work<R>): Promise<R> => {
    const events = new Map<string, FairpassEvent[]>()
    const outboxOf = (saved: Payment) => {
      const told = eventsOf(saved)
      events.set(saved.id, told)
      return told
    }
    const result = await inTransaction(db, (session) => work(session, outboxOf))
    // What fails here is found by the relay's periodic look.
    for (const [id, told] of events) if (told.length > 0) void documents.relay.enqueue(id, told)
    return result
  }

/** Writes one move, with what belongs to it. */
const createWriteAlone =
  ({ documents, ledger, coupons, payouts }: MoveDeps, inOneTransaction: ReturnType<typeof createTransaction>) =>
  async ({ before, after, entries }: Move): Promise<Payment> => {
    const { status } = after
    const writeIn: Work<Payment> = async (session, outboxOf) => {
      const saved = await documents.replace(before, after, outboxOf, { session })
      await ledger.write(entries, session)
      if (releasesCoupon(after) && after.couponId) await coupons.releaseIn(session, after.couponId)
      if (status === 'captured') await payouts.openIn(session, saved)
      if (status === 'refunding') await payouts.refundIn(session, saved.id)
      return saved
    }
    const isAlone = entries.length === 0 && !releasesCoupon(after) && status !== 'captured' && status !== 'refunding'
    try {
      return await (isAlone ? documents.replace(before, after, eventsOf) : inOneTransaction(writeIn))
    } catch (error) {
      if (isDuplicateKey(error) && error.keyPattern?.orderId) throw new OrderNotPayableError()
      throw error
    }
  }

type Grouped = Pick<MoveDeps, 'documents' | 'ledger' | 'payouts'> & {
  alone: (move: Move) => Promise<Payment>
  inOneTransaction: ReturnType<typeof createTransaction>
}

/**
 * The two moves that every payment makes, written together with those of other payments that come within moments. What does
 * not work together is written alone, and fails by itself.
 */
const createGroups = ({ documents, ledger, payouts, alone, inOneTransaction }: Grouped) => {
  const captureAll = (moves: readonly Move[]): Promise<Payment[]> =>
    inOneTransaction(async (session, outboxOf) => {
      const saved = await documents.replaceEach(moves, outboxOf, { session })
      await ledger.write(
        moves.flatMap(({ entries }) => entries),
        session,
      )
      await payouts.openIn(session, ...saved)
      return saved
    })

  return {
    /** Money that was taken, with its entries, payouts and events: all of a group in one transaction, or none. */
    capture: groupWrites({ alone, together: captureAll }),

    /** The end of what was captured, of which nobody has to be told. */
    complete: groupWrites<Move, Payment>({ alone, together: (moves) => documents.replaceEach(moves) }),
  }
}

/** How a payment moves: together with the ledger, its coupon and the payout of its sale. */
export const createMoves = (deps: MoveDeps) => {
  const inOneTransaction = createTransaction(deps)
  const alone = createWriteAlone(deps, inOneTransaction)
  const { capture, complete } = createGroups({ ...deps, alone, inOneTransaction })

  /**
   * Takes a payment from where it was read along `path`, written at once and in one transaction with its ledger entries, the
   * coupon that it gives back and the payout of its sale.
   * @throws VersionConflictError when somebody else moved it, OrderNotPayableError when another payment of the order is ahead
   */
  const moveThrough = async (before: Payment, path: readonly Status[], why?: Why): Promise<Payment> => {
    const now = timeNow()
    const entries: Entry[] = []
    let after = before
    for (const to of path) {
      const next = move(after, to, now, why)
      entries.push(...entriesOf(after, next))
      after = next
    }
    const moved = await writeWithOthers({ before, after, entries: withoutPassingHold(entries) })
    countEnd(moved)
    return moved
  }

  const writeWithOthers = (move: Move): Promise<Payment> => {
    if (move.after.status === 'captured') return capture(move)
    return move.after.status === 'completed' ? complete(move) : alone(move)
  }

  return { moveThrough, moveTo: (before: Payment, to: Status, why?: Why) => moveThrough(before, [to], why) }
}

/** What is noted of a payment that stays where it is. */
export const createNotes = ({ db, documents, ledger, payouts }: Omit<MoveDeps, 'coupons'>) => ({
  /** Part of the transaction that notes a dispute. */
  noteDisputeIn: (session: ClientSession, payment: Payment, dispute: NonNullable<Payment['dispute']>) =>
    documents.replace(payment, { ...payment, dispute, updatedAt: timeNow() }, undefined, { session }),

  /**
   * Notes that more of a completed payment was given back than is known, in one transaction with the ledger and the payout.
   * @throws VersionConflictError when somebody else wrote in between
   */
  noteRefundInPart: (payment: Payment, refundedCents: number): Promise<Payment> =>
    inTransaction(db, async (session) => {
      const noted = { ...payment, refundedCents, updatedAt: timeNow() }
      const saved = await documents.replace(payment, noted, undefined, { session })
      await ledger.write([partRefundedEntry(payment, refundedCents)], session)
      const [before, after] = [lossOf(payment, payment.refundedCents ?? 0), lossOf(payment, refundedCents)]
      await payouts.reduceIn(session, payment.id, refundedCents, after.sellerLostCents - before.sellerLostCents)
      return saved
    }),

  /** Keeps what is learnt of a payment without moving it. */
  note: (payment: Payment, learnt: Pick<Partial<Payment>, 'intentId' | 'keyGeneration'>): Promise<Payment> =>
    documents.replace(payment, { ...payment, ...learnt, updatedAt: timeNow() }),
})
