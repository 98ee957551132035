import type { Category } from './letter.ts'

/** What mails mention of a listing; what an older event does not contain is left out. */
export type Show = {
  ticketId: string
  title?: string | undefined
  venue?: string | undefined
  city?: string | undefined
  startsAt?: string | undefined
  timeZone?: string | undefined
  section?: string | undefined
  row?: string | undefined
  seat?: string | undefined
}

type Money = { cents: number; currency: string }
type Sale = Show & { orderId: string; total: Money }
/** How the ticket reaches its buyer; older events do not contain it. */
type Handover = { kind?: 'file' | 'transfer' | undefined; deadline?: string | undefined }

/** What was changed of how somebody signs in (OWASP ASVS 5.0, 6.3.7). */
export type SecurityChange =
  | 'password'
  | 'email'
  | 'totp_added'
  | 'totp_removed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'recovery_codes'

/** Every kind of mail, and its data. */
export type DataByKind = {
  'confirm-email': Record<string, never>
  'reset-password': Record<string, never>
  'email-change-old': { newEmail: string }
  'email-change-new': { userId: string }
  'security-changed': { change: SecurityChange; at: string }
  'new-sign-in': { device: string; at: string }
  'account-erased': Record<string, never>
  bought: Sale & Handover
  sold: Sale & Handover
  /** the deadline is near: also sent to sellers who switched off news of sales */
  'hand-over': Sale & Handover
  'handed-over': Sale
  'hand-over-overdue': Sale
  /** nothing comes back of what a coupon paid: the total is 0 */
  refunded: Sale & { isOverdue?: boolean | undefined }
  'claim-opened': Sale & { reason: string }
  /** what the seller bought here and sold on was refunded: an admin looks at the resale */
  'resale-in-doubt': Sale & { side: 'buyer' | 'seller' }
  'claim-decided': Sale & { side: 'buyer' | 'seller'; isRefunded: boolean }
  'ran-out': Sale
  'paid-out': { payoutId: string; total: Money }
  'dispute-opened': Show & { disputeId: string; total: Money }
  'dispute-decided': Show & { disputeId: string; total: Money; won: boolean }
  'free-again': Show
  withdrawn: Show
  'search-digest': { searchId: string; name: string; tickets: (Show & { price: Money })[] }
}

export type Kind = keyof DataByKind
export type DataOf<K extends Kind> = DataByKind[K]

/** What a mail with a link of its own leads to, and what its token is good for. */
export const linkPaths = {
  'confirm-email': '/confirm-email',
  'reset-password': '/reset-password',
  'email-change-old': '/confirm-email',
  'email-change-new': '/confirm-email',
} as const satisfies Partial<Record<Kind, string>>
export type LinkedKind = keyof typeof linkPaths

export const isLinked = (kind: Kind): kind is LinkedKind => Object.hasOwn(linkPaths, kind)

/** The kinds that somebody may switch off. */
export const categoryOf: Partial<Record<Kind, Category>> = {
  sold: 'sales',
  'paid-out': 'sales',
  'free-again': 'waitlist',
  'search-digest': 'searches',
}

/** The user has just asked for these, so they are tried even where an address was refused before. */
export const asked: ReadonlySet<Kind> = new Set(['confirm-email', 'reset-password', 'email-change-new'])

/** At most so many in an hour, beyond which they are not sent at all: the user has the earlier ones. */
export const hourlyMost: Partial<Record<Kind, number>> = {
  'confirm-email': 5,
  'reset-password': 5,
  'email-change-old': 5,
  'email-change-new': 5,
}
