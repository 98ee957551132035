import type { Guard } from '../guard.ts'
import { access } from './access.ts'
import { durability } from './durability.ts'
import { events } from './events.ts'
import { expiry } from './expiry.ts'
import { faults } from './faults.ts'
import { files } from './files.ts'
import { idempotency } from './idempotency.ts'
import { identity } from './identity.ts'
import { ledger } from './ledger.ts'
import { mail } from './mail.ts'
import { money } from './money.ts'
import { oneOrder } from './one-order.ts'
import { payouts } from './payouts.ts'
import { years } from './years.ts'

export const guards: Guard[] = [
  ...oneOrder,
  ...money,
  ...expiry,
  ...events,
  ...ledger,
  ...payouts,
  ...durability,
  ...idempotency,
  ...identity,
  ...access,
  ...files,
  ...faults,
  ...mail,
  ...years,
]
