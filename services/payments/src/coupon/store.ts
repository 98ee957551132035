import { now as timeNow } from '@fairpass/sdk/clock'
import { Id } from '@fairpass/sdk/http'
import { type Collection, inTransaction, newestFirst, newId, openCollection } from '@fairpass/sdk/mongo'
import { readCouponCode } from '@fairpass/sdk/values'
import type { ClientSession, Db } from 'mongodb'
import * as v from 'valibot'
import {
  type Coupon,
  CouponNotRedeemableError,
  newCode,
  type ReadableCoupon,
  redeem,
  release,
  withdraw,
} from '../domain/coupon.ts'
import { type CodeVault, hashOf } from './vault.ts'

type NewCoupons = { batchId: string; quantity: number; maxRedemptions: number; expiresAt?: Date }

/** Coupons by what somebody typed, and how often they were redeemed. */
const createRedeeming = (documents: Collection<Coupon>) => {
  const find = async (typed: string, options?: { session: ClientSession }): Promise<Coupon | undefined> => {
    const code = readCouponCode(typed)
    return code === undefined ? undefined : documents.findOne({ codeHash: hashOf(code) }, options)
  }

  /** @throws CouponNotRedeemableError; whatever else the transaction does is undone with it */
  const redeemIn = async (session: ClientSession, typed: string): Promise<Coupon> => {
    const coupon = await find(typed, { session })
    if (!coupon) throw new CouponNotRedeemableError()
    return documents.replace(coupon, redeem(coupon, timeNow()), undefined, { session })
  }

  const releaseIn = async (session: ClientSession, id: string): Promise<void> => {
    const coupon = await documents.find(id, { session })
    if (coupon) await documents.replace(coupon, release(coupon), undefined, { session })
  }

  return { find, redeemIn, releaseIn }
}

export const openCoupons = (db: Db, vault: CodeVault) => {
  const documents = openCollection<Coupon>(db, 'coupons', {
    indexes: [
      { key: { codeHash: 1 }, name: 'codeHash', unique: true },
      { key: { batchId: 1 }, name: 'batch' },
    ],
  })

  const readable = (coupon: Coupon): ReadableCoupon => ({ ...coupon, code: vault.read(coupon) })

  const codes = createRedeeming(documents)

  return {
    ensureIndexes: documents.ensureIndexes,
    redeemIn: codes.redeemIn,
    releaseIn: codes.releaseIn,

    /** All of them or none; the same batch again gives the coupons it made the first time. */
    make: async ({ batchId, quantity, maxRedemptions, expiresAt }: NewCoupons): Promise<ReadableCoupon[]> => {
      const made = await documents.list({ batchId }, { limit: quantity })
      if (made.length > 0) return made.map(readable)
      const drafts = Array.from({ length: quantity }, () => ({
        _id: newId(),
        version: 1,
        ...vault.keep(newCode()),
        batchId,
        maxRedemptions,
        redemptions: 0,
        ...(expiresAt ? { expiresAt } : {}),
        createdAt: timeNow(),
      }))
      await inTransaction(db, (session) => documents.raw.insertMany(drafts, { session }))
      return drafts.map((draft) => readable(documents.toEntity(draft)))
    },

    page: async (limit: number, cursor?: string) => {
      const { rows, nextCursor } = await documents.page({}, { order: newestFirst, limit, cursor })
      return { coupons: rows.map(readable), nextCursor }
    },

    /** Ends the coupon of a code or an id for good; who redeemed it keeps what they bought. False: there is no such one. */
    withdraw: async (named: string): Promise<boolean> => {
      const coupon = v.is(Id, named) ? await documents.find(named) : await codes.find(named)
      if (!coupon) return false
      await documents.change(coupon.id, (current) => withdraw(current, timeNow()))
      return true
    },
  }
}

export type Coupons = ReturnType<typeof openCoupons>
