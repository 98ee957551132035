import { CustomError } from '@fairpass/sdk/errors'
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

/** Spent, expired, withdrawn or unknown: the same answer, so that guessing tells nothing. */
export class CouponNotRedeemableError extends CustomError {
  readonly code = 'coupon_not_redeemable'
  constructor() {
    super('This code cannot be redeemed')
  }
}

/** Crockford's base 32: no I, L, O, U; what is misread for another symbol is read back as that symbol. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 symbols of 5 bits: 80 bits, which nobody guesses. */
const symbols = 16

export const newCode = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(symbols)), (byte) => alphabet[byte % alphabet.length]).join('')

/** Grouped for reading aloud: `7KQ2-M4XD-9TFA-R0ZB`. */
export const showCode = (code: string): string => code.match(/.{4}/g)?.join('-') ?? code

/** The plain form of what somebody typed; undefined when it is no code at all. */
export const readCode = (typed: string): string | undefined => {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return code.length === symbols && [...code].every((symbol) => alphabet.includes(symbol)) ? code : undefined
}

/** @throws CouponNotRedeemableError */
export const redeem = (coupon: Coupon, now: Date): Coupon => {
  const isRedeemable =
    coupon.redemptions < coupon.maxRedemptions && !coupon.withdrawnAt && (!coupon.expiresAt || coupon.expiresAt > now)
  if (!isRedeemable) throw new CouponNotRedeemableError()
  return { ...coupon, redemptions: coupon.redemptions + 1 }
}

export const giveBack = (coupon: Coupon): Coupon => ({ ...coupon, redemptions: Math.max(0, coupon.redemptions - 1) })

export const withdraw = (coupon: Coupon, now: Date): Coupon =>
  coupon.withdrawnAt ? coupon : { ...coupon, withdrawnAt: now }

/** A coupon with its code in plain form: sixteen symbols, no dashes. Admins alone see it. */
export type ReadableCoupon = Coupon & { code: string }

export const toNewlyMade = ({ code, maxRedemptions, expiresAt }: ReadableCoupon) => ({
  code: showCode(code),
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
