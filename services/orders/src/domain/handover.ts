/** How the buyer gets the ticket: from here at once, or passed on by its seller by a deadline. */
export type Handover = {
  kind: 'file' | 'transfer'
  status: 'waiting' | 'sent' | 'received' | 'overdue'
  deadline?: Date | undefined
  /** when its seller is reminded of the deadline; no more once that was done */
  remindAt?: Date | undefined
  sentAt?: Date | undefined
  receivedAt?: Date | undefined
}

/** The buyer says that it did not work. */
export type Claim = {
  status: 'open' | 'refunded' | 'rejected'
  reason: string
  /** why, when it was not the buyer who made it: its seller got the money back for what they had bought here */
  cause?: 'first_sale_refunded' | undefined
  at: Date
  /** what the seller answers */
  answer?: { text: string; at: Date } | undefined
  decision?: { adminId: string; reason: string; at: Date } | undefined
}

const hourMs = 3_600_000
/** How long a seller has to pass a ticket on. */
const sendWithinMs = 24 * hourMs
/** How long before the start the buyer must have it. */
const beforeStartMs = 2 * hourMs

type SoldTicket = { delivery?: 'file' | undefined; ticket: { startsAt: Date } }

/** By when a ticket that was bought now must have been passed on; what is bought shortly before the start, by the start. */
export const deadlineOf = (startsAt: Date, now: Date): Date => {
  const inTime = new Date(Math.min(now.getTime() + sendWithinMs, startsAt.getTime() - beforeStartMs))
  return inTime > now ? inTime : startsAt
}

/** A seller who has not answered is reminded when a quarter of the time is left. */
const remindAtOf = (deadline: Date, now: Date): Date =>
  new Date(deadline.getTime() - Math.max(0, deadline.getTime() - now.getTime()) / 4)

/** The handover that begins when an order is completed. */
export const beginHandover = ({ delivery, ticket: { startsAt } }: SoldTicket, now: Date): Handover => {
  if (delivery === 'file') return { kind: 'file', status: 'sent', sentAt: now }
  const deadline = deadlineOf(startsAt, now)
  return { kind: 'transfer', status: 'waiting', deadline, remindAt: remindAtOf(deadline, now) }
}

export const handoverData = ({ kind, status, deadline }: Handover) => ({
  kind,
  status,
  ...(deadline ? { deadline: deadline.toISOString() } : {}),
})

/** How far it is, before there is anything to hand over, too. */
export const shownHandover = ({
  handover,
  delivery,
}: {
  handover?: Handover | undefined
  delivery?: 'file' | undefined
}) => handoverData(handover ?? { kind: delivery ?? 'transfer', status: 'waiting' })

export const shownClaim = ({ status, reason, cause, at, answer, decision }: Claim) => ({
  status,
  reason,
  ...(cause ? { cause } : {}),
  at: at.toISOString(),
  ...(answer ? { answer: { text: answer.text, at: answer.at.toISOString() } } : {}),
  ...(decision ? { decision: { reason: decision.reason, at: decision.at.toISOString() } } : {}),
})
