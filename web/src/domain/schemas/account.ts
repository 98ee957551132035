import * as v from 'valibot'

// What the pages read of the API's answers; whatever else is in them stays out of the page.
export const User = v.object({ id: v.string(), email: v.string(), role: v.string() })
export type User = v.InferOutput<typeof User>

export const CurrentUser = v.object({ currentUser: v.nullable(User) })

const Passkey = v.object({ id: v.string(), name: v.string(), createdAt: v.string(), usedAt: v.optional(v.string()) })
export type Passkey = v.InferOutput<typeof Passkey>

export const Settings = v.object({
  email: v.string(),
  isEmailConfirmed: v.boolean(),
  isEmailBounced: v.boolean(),
  newEmail: v.optional(v.string()),
  mails: v.object({ sales: v.boolean(), waitlist: v.boolean(), searches: v.boolean() }),
  hasTotp: v.boolean(),
  recoveryCodesLeft: v.number(),
  passkeys: v.array(Passkey),
})
export type Settings = v.InferOutput<typeof Settings>

export const PendingApp = v.object({ secret: v.string(), uri: v.string(), picture: v.string() })

const Session = v.object({ id: v.string(), device: v.string(), lastSeenAt: v.string(), isCurrent: v.boolean() })
export type Session = v.InferOutput<typeof Session>

export const Sessions = v.object({ sessions: v.array(Session) })
