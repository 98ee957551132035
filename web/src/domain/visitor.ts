import type { Refusal } from '../actions/form.ts'
import type { Language } from '../i18n/languages.ts'
import type { User } from './schemas/account.ts'

/** What a page knows of the visitor whom it is made for, and of the form that they sent. */
export type Visitor = {
  user: Pick<User, 'id' | 'email' | 'role'> | null | undefined
  language: Language
  locale: string
  publicOrigin: string
  /** Public by its nature; without one, payments go to the double of Stripe. */
  stripeKey: string | undefined
  /** The platform's share of a sale, in hundredths of a percent. */
  feeBasisPoints: number
  /** How long after an event has begun its sales are paid out. */
  payoutDelaySeconds: number
  refusal: Refusal | undefined
  /** What the form that was sent has made, to be shown this once. */
  result: readonly string[] | undefined
  /** Where the form that was sent leads on somebody else's site. */
  away: string | undefined
  /** Minted for the forms of this page: what is sent twice with it counts once. */
  idempotencyKey: string
  /** The server's clock when the page was made. */
  now: string
}
