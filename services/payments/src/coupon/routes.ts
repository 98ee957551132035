import { now } from '@fairpass/sdk/clock'
import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, type IdempotencyEnv, Moment, query } from '@fairpass/sdk/http'
import { newId, PageLimit } from '@fairpass/sdk/mongo'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { toNewlyMade, toPublic } from '../domain/coupon.ts'
import { CouponsAnswer, NewCouponsAnswer } from '../schemas.ts'
import type { Coupons } from './store.ts'

const count = (max: number) =>
  v.pipe(
    v.number('must be a whole number'),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(max, `must be at most ${max}`),
  )

const NewCoupons = v.strictObject({
  quantity: v.optional(count(1_000), 1),
  maxRedemptions: v.optional(count(1_000_000), 1),
  expiresAt: v.optional(
    v.pipe(
      Moment,
      v.check((date) => date > now(), 'must be in the future'),
    ),
  ),
})
const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })

type Deps = { coupons: Coupons; context: ServiceContext }

export const createCouponRoutes = ({ coupons, context: { identity, idempotent } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/coupons',
      identity.admin,
      idempotent,
      body(NewCoupons),
      describeRoute('Make coupons, each good for a ticket', { 201: NewCouponsAnswer }),
      async (c) => {
        const { expiresAt, ...wanted } = c.req.valid('json')
        const made = await coupons.make({
          batchId: c.var.idempotentId ?? newId(),
          ...wanted,
          ...(expiresAt ? { expiresAt } : {}),
        })
        return c.json({ coupons: made.map(toNewlyMade) }, 201)
      },
    )
    .get(
      '/api/coupons',
      identity.admin,
      query(Page),
      describeRoute('All coupons, newest first, and how often each was redeemed', { 200: CouponsAnswer }),
      async (c) => {
        const { limit, cursor } = c.req.valid('query')
        const { coupons: found, nextCursor } = await coupons.page(limit, cursor)
        return c.json({ coupons: found.map(toPublic), nextCursor })
      },
    )
    .delete(
      '/api/coupons/:code',
      identity.admin,
      describeRoute('Withdraw a coupon', { 204: undefined }, 'version_conflict'),
      async (c) => {
        if (!(await coupons.withdraw(c.req.param('code')))) throw new NotFoundError('There is no such coupon')
        return c.body(null, 204)
      },
    )
