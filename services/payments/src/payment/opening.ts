import { VersionConflictError } from '@fairpass/sdk/errors'
import { groupWrites, inTransaction, isDuplicateKey } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import type { Coupons } from '../coupon/store.ts'
import { OrderNotPayableError, openStatuses, type Payment } from '../domain/payment.ts'
import type { Documents } from './documents.ts'

type Deps = { db: Db; documents: Documents; coupons: Pick<Coupons, 'redeemIn'> }
type Unsaved = Omit<Payment, 'version'>

/** How often a new payment asks for the next attempt number when others of the same order come at the same moment. */
export const maxNumberings = 20

/** Numbering the payments of an order, of which one at most may end in money. */
const createNumbering = (documents: Documents) => {
  const nextAttempt = async (orderId: string): Promise<number> => {
    const [last] = await documents.list({ orderId }, { sort: { attempt: -1 }, limit: 1 })
    return (last?.attempt ?? 0) + 1
  }

  /** @throws OrderNotPayableError when a payment of the order may end in money, or has */
  const refuseIfOpen = async (orderId: string): Promise<void> => {
    const open = await documents.findOne({ orderId, status: { $in: [...openStatuses] } })
    if (open?.status === 'completed') throw new OrderNotPayableError('This order has been paid')
    if (open) throw new OrderNotPayableError('This order is being paid already; look at it in a moment')
  }

  /** Numbers the attempt: the first of its order, or the next number when that one is taken. */
  const insertNumbered = async (
    orderId: string,
    insert: (attempt: number) => Promise<Payment>,
    inTheWay: () => Promise<Payment | undefined>,
  ): Promise<Payment> => {
    let attempt = 1
    for (let numbering = 1; numbering <= maxNumberings; numbering++) {
      try {
        return await insert(attempt)
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        const other = await inTheWay()
        if (other) return other
        attempt = await nextAttempt(orderId)
      }
    }
    throw new VersionConflictError()
  }

  return { refuseIfOpen, insertNumbered }
}

/** How a payment begins. */
export const createOpening = ({ db, documents, coupons }: Deps) => {
  const { refuseIfOpen, insertNumbered } = createNumbering(documents)
  const insertWithOthers = groupWrites<Unsaved, Payment>({
    alone: (draft) => documents.insert(draft),
    together: (drafts) => documents.insertEach(drafts),
  })
  return {
    refuseIfOpen,

    /**
     * Keeps a new payment by card. The same id again, or another that waits for the same order, gives that one.
     * @throws OrderNotPayableError when another payment of the order may end in money
     */
    open: (draft: (attempt: number) => Unsaved): Promise<Payment> => {
      const { id, orderId, status } = draft(1)
      const inTheWay = async () => {
        const same = await documents.find(id)
        if (same) return same
        if (status === 'awaiting_method') return documents.findOne({ orderId, status })
        await refuseIfOpen(orderId)
        return undefined
      }
      return insertNumbered(orderId, (attempt) => insertWithOthers(draft(attempt)), inTheWay)
    },

    /**
     * Redeems a coupon and keeps the payment that it makes, both or neither.
     * @throws CouponNotRedeemableError, OrderNotPayableError
     */
    openWithCoupon: (
      { id, orderId, code }: { id: string; orderId: string; code: string },
      draft: (attempt: number, couponId: string) => Unsaved,
    ): Promise<Payment> => {
      const insert = (attempt: number) =>
        inTransaction(db, async (session) => {
          const coupon = await coupons.redeemIn(session, code)
          return documents.insert(draft(attempt, coupon.id), undefined, { session })
        })
      const inTheWay = async () => {
        const same = await documents.find(id)
        if (!same) await refuseIfOpen(orderId)
        return same
      }
      return insertNumbered(orderId, insert, inTheWay)
    },
  }
}
