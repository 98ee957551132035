import type { Guard } from '../guard.ts'
import { doors } from './doors.ts'
import { events } from './events.ts'
import { identity } from './identity.ts'
import { ledger } from './ledger.ts'
import { money } from './money.ts'
import { oneOrder } from './one-order.ts'
import { payouts } from './payouts.ts'
import { repeats } from './repeats.ts'
import { survival } from './survival.ts'
import { time } from './time.ts'

export const guards: Guard[] = [
  ...oneOrder,
  ...money,
  ...time,
  ...events,
  ...ledger,
  ...payouts,
  ...survival,
  ...repeats,
  ...identity,
  ...doors,
]
