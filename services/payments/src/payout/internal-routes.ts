import { Id, onlyFrom, parse } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import type { Ledger } from '../ledger/store.ts'
import { earningsOf } from './earnings.ts'
import type { Payouts } from './store.ts'

type Deps = { ledger: Ledger; payouts: Pick<Payouts, 'availableOf'> }

/** The routes for other services, which import nothing of payments but their type. */
export const createInternalRoutes = ({ ledger, payouts }: Deps) =>
  new Hono().get('/internal/sellers/:id/owed', onlyFrom('auth'), async (c) => {
    const earnings = await earningsOf(ledger, payouts, parse(Id, c.req.param('id')))
    const isOwed = Object.values(earnings).some((sums) => sums.pendingCents !== 0 || sums.availableCents !== 0)
    return c.json({ isOwed })
  })

export type InternalRoutes = ReturnType<typeof createInternalRoutes>
