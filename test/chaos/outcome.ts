import type { Plan } from './plan.ts'
import type { User } from './users.ts'

/** One who can be paid, and one who has never told Stripe where to. */
export type Sellers = { ready: User; unready: User }

/** What a purchase came to as its buyer saw it. */
export type Outcome = { plan: Plan; orderId: string; buyer: User; seller: User; answers: string[] }
