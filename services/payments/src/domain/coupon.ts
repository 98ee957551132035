import { CustomError } from '@fairpass/sdk/errors'
import { couponAlphabet, couponSymbols, showCouponCode } from '@fairpass/sdk/values'
import type { KeptCode } from '../coupon/vault.ts'

export type Coupon = KeptCode & {
  id: string
  version: number
  /** the request that made it, together with others */
  batchId: string
  maxRedemptions: number
  redemptions: number
  expiresAt?: Date
  withdrawnAt?: Date
  createdAt: Date
}

/** Spent, expired, withdrawn or unknown: the same answer, so that guessing reveals nothing. */
export class CouponNotRedeemableError extends CustomError {
  readonly code = 'coupon_not_redeemable'
  constructor() {
    super('This code cannot be redeemed')
  }
}

export const newCode = (): string =>
  Array.from(
    crypto.getRandomValues(new Uint8Array(couponSymbols)),
    (byte) => couponAlphabet[byte % couponAlphabet.length],
  ).join('')

/** @throws CouponNotRedeemableError */
export const redeem = (coupon: Coupon, now: Date): Coupon => {
  const isRedeemable =
    coupon.redemptions < coupon.maxRedemptions && !coupon.withdrawnAt && (!coupon.expiresAt || coupon.expiresAt > now)
  if (!isRedeemable) throw new CouponNotRedeemableError()
  return { ...coupon, redemptions: coupon.redemptions + 1 }
}

export const release = (coupon: Coupon): Coupon => ({ ...coupon, redemptions: Math.max(0, coupon.redemptions - 1) })

export const withdraw = (coupon: Coupon, now: Date): Coupon =>
  coupon.withdrawnAt ? coupon : { ...coupon, withdrawnAt: now }

/** A coupon with its code in plain form: sixteen symbols, no dashes. Admins alone see it. */
export type ReadableCoupon = Coupon & { code: string }

export const toNewlyMade = ({ code, maxRedemptions, expiresAt }: ReadableCoupon) => ({
  code: showCouponCode(code),
  maxRedemptions,
  expiresAt: expiresAt?.toISOString() ?? null,
})

export const toPublic = (coupon: ReadableCoupon) => ({
  id: coupon.id,
  ...toNewlyMade(coupon),
  redemptions: coupon.redemptions,
  withdrawnAt: coupon.withdrawnAt?.toISOString() ?? null,
  createdAt: coupon.createdAt.toISOString(),
})
