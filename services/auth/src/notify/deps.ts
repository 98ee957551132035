import type { Mails } from '../mail/store.ts'
import type { Orders } from '../peers/orders.ts'

export type Deps = { mails: Pick<Mails, 'owe'>; orders: Orders }
