import { body, describeRoute, type IdempotencyEnv } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { Email, GivenPassword } from '../account/credentials.ts'
import type { Accounts } from '../account/store.ts'
import { WrongPasswordError } from '../domain/account.ts'
import { EmailTokenInvalidError } from '../email-token/store.ts'
import type { Limits } from '../limits.ts'
import { categories } from '../mail/letter.ts'
import type { Unsubscribing, Unsubscription } from '../mail/unsubscribe.ts'
import type { Passkeys } from '../passkey/store.ts'
import type { Recovery } from '../recovery/recovery.ts'
import { SettingsAnswer } from '../schemas.ts'
import type { SecondFactors } from '../second-factor/store.ts'
import { settingsOf } from './settings.ts'
import type { Contacts } from './store.ts'

const Mails = v.strictObject({ sales: v.boolean(), waitlist: v.boolean(), searches: v.boolean() })
const Settings = v.strictObject({
  language: v.optional(v.picklist(['en', 'de'], 'must be en or de')),
  mails: v.optional(v.partial(Mails)),
})
const NewEmail = v.strictObject({ email: Email, password: GivenPassword })
const Ending = v.strictObject({
  token: v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'), v.maxLength(300, 'is too long')),
})

export type ContactDeps = {
  accounts: Accounts
  contacts: Contacts
  recovery: Recovery
  secondFactors: SecondFactors
  passkeys: Passkeys
  unsubscribing: Unsubscribing
  /** ends what a mail's link was about, where that is not auth's own */
  onUnsubscribed: (ended: Unsubscription) => Promise<void>
  limits: Limits
  context: ServiceContext
}

/** How an account is written to, as its owner sees and sets it. */
export const createSettingsRoutes = (deps: ContactDeps) => {
  const { contacts } = deps
  const { identity } = deps.context
  return new Hono<IdempotencyEnv>()
    .get(
      '/api/users/settings',
      identity.signedIn,
      describeRoute('How the account is written to and signed in to', { 200: SettingsAnswer }),
      async (c) => c.json(await settingsOf(deps, c.var.user.id)),
    )
    .put(
      '/api/users/settings',
      identity.signedIn,
      body(Settings),
      describeRoute('Set the language of mails, and which of them are sent', { 204: undefined }),
      async (c) => {
        const { language, mails = {} } = c.req.valid('json')
        const { off = [] } = await contacts.find(c.var.user.id)
        const stays = categories.filter((name) => (mails[name] === undefined ? off.includes(name) : !mails[name]))
        await contacts.set(c.var.user.id, { off: stays, ...(language ? { language } : {}) })
        return c.body(null, 204)
      },
    )
}

export const createEmailRoutes = ({ accounts, recovery, limits, context: { identity, idempotent } }: ContactDeps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/users/email/confirmation',
      identity.signedIn,
      limits.recoveryByAddress,
      idempotent,
      describeRoute('Send the mail that confirms the address again', { 202: undefined }),
      async (c) => {
        const account = await accounts.find(c.var.user.id)
        if (account) await recovery.requestConfirmation(account)
        return c.body(null, 202)
      },
    )
    .put(
      '/api/users/email',
      identity.recent,
      limits.wrongConfirmations,
      body(NewEmail),
      describeRoute(
        'Ask for another address: it counts once it was confirmed from both, or from the new one alone where the old one never was',
        { 202: undefined },
        'invalid_credentials',
      ),
      async (c) => {
        const { email, password } = c.req.valid('json')
        const { id } = c.var.user
        if (!(await accounts.isPasswordOf(id, password))) throw new WrongPasswordError()
        const account = await accounts.find(id)
        if (account && account.email !== email) await recovery.requestChange(account, email)
        return c.body(null, 202)
      },
    )

export const createUnsubscribeRoutes = ({ accounts, contacts, unsubscribing, onUnsubscribed, limits }: ContactDeps) =>
  new Hono<IdempotencyEnv>().post(
    '/api/users/unsubscribe',
    limits.recoveryByAddress,
    body(Ending),
    describeRoute('End mails of a kind, with the token of one of them', { 204: undefined }, 'token_invalid'),
    async (c) => {
      const ended = unsubscribing.read(c.req.valid('json').token)
      if (!ended) throw new EmailTokenInvalidError()
      if (ended.searchId) await onUnsubscribed(ended)
      else if (await accounts.find(ended.userId)) await contacts.switchOff(ended.userId, ended.category)
      return c.body(null, 204)
    },
  )
