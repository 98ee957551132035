import { createHash, createHmac } from 'node:crypto'
import { now as timeNow } from '@fairpass/sdk/clock'
import { CustomError } from '@fairpass/sdk/errors'
import type { ClientSession, Collection, Db, IndexDescription } from 'mongodb'

/** What the link of a mail is good for. */
export type Purpose = 'confirm-email' | 'reset-password' | 'email-change-old' | 'email-change-new'

type EmailToken = {
  _id: string
  purpose: Purpose
  userId: string
  /** the address that the mail went to */
  email: string
  hash: string
  expiresAt: Date
  usedAt?: Date
  /** when it is deleted: later than it expires, so that a mail that is sent again does not revive a used one */
  forgottenAt: Date
}
export type OpenedEmailToken = Pick<EmailToken, 'purpose' | 'userId' | 'email'>

export class EmailTokenInvalidError extends CustomError {
  readonly code = 'token_invalid'
  constructor() {
    super('This link was used already or is too old; ask for a new one')
  }
  override serialize() {
    return [{ message: this.message, field: 'token' }]
  }
}

export const emailTokenSeconds = 30 * 60
const rememberedMs = 30 * 24 * 3_600_000

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const parse = (token: string) => {
  const [, id, secret] = /^([0-9a-f]{24})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? []
  return id && secret ? { _id: id, hash: sha256(secret) } : undefined
}

const indexes: IndexDescription[] = [
  { key: { userId: 1, purpose: 1 }, name: 'user' },
  { key: { forgottenAt: 1 }, name: 'forgotten', expireAfterSeconds: 0 },
]

/**
 * Consumes a token in one transaction with what it authorises; when `work` throws, the token stays valid.
 * @throws EmailTokenInvalidError
 */
const createUse =
  (db: Db, tokens: Collection<EmailToken>) =>
  async (
    token: string,
    purposes: readonly Purpose[],
    work: (opened: OpenedEmailToken, session: ClientSession) => Promise<void>,
    now = timeNow(),
  ): Promise<OpenedEmailToken> => {
    const parsed = parse(token)
    if (!parsed) throw new EmailTokenInvalidError()
    return db.client.withSession((session) =>
      session.withTransaction(async () => {
        const good = { purpose: { $in: [...purposes] }, usedAt: { $exists: false }, expiresAt: { $gt: now } }
        const used = await tokens.findOneAndUpdate({ ...parsed, ...good }, { $set: { usedAt: now } }, { session })
        if (!used) throw new EmailTokenInvalidError()
        const { purpose, userId, email } = used
        await work({ purpose, userId, email }, session)
        return { purpose, userId, email }
      }),
    )
  }

/**
 * The tokens in the links of mails: good once, for half an hour from when they are sent. The database holds a hash; the
 * secret is made from the mail's id with a key that is not in it, so that the mail needs no secret while it waits.
 */
export const openEmailTokens = (db: Db, key: string) => {
  const tokens = db.collection<EmailToken>('emailTokens')
  const secretOf = (id: string) => createHmac('sha256', key).update(id).digest('base64url')

  return {
    ensureIndexes: () => tokens.createIndexes(indexes),

    /** The token of the mail with this id, good from now on. @returns undefined once it was used */
    open: async (id: string, { purpose, userId, email }: OpenedEmailToken, now: Date): Promise<string | undefined> => {
      const secret = secretOf(id)
      const expiresAt = new Date(now.getTime() + emailTokenSeconds * 1_000)
      const forgottenAt = new Date(now.getTime() + rememberedMs)
      await tokens.updateOne(
        { _id: id },
        { $setOnInsert: { purpose, userId, email }, $set: { hash: sha256(secret), expiresAt, forgottenAt } },
        { upsert: true },
      )
      const stored = await tokens.findOne({ _id: id })
      return stored && !stored.usedAt ? `${id}.${secret}` : undefined
    },

    use: createUse(db, tokens),

    /** Whether a token is good still, without using it up. */
    isGood: async (token: string, purposes: readonly Purpose[], now = timeNow()): Promise<boolean> => {
      const parsed = parse(token)
      const found = parsed && (await tokens.findOne({ ...parsed, usedAt: { $exists: false } }))
      return found ? purposes.includes(found.purpose) && found.expiresAt > now : false
    },

    /** Invalidates links of this purpose that were sent before. */
    endAll: async (userId: string, purposes: readonly Purpose[], session: ClientSession): Promise<void> => {
      await tokens.updateMany(
        { userId, purpose: { $in: [...purposes] }, usedAt: { $exists: false } },
        { $set: { usedAt: timeNow() } },
        { session },
      )
    },

    /** The address is personal, so it is deleted with the account. */
    forget: async (userId: string, session: ClientSession): Promise<void> => {
      await tokens.deleteMany({ userId }, { session })
    },
  }
}

export type EmailTokens = ReturnType<typeof openEmailTokens>
