import { now as timeNow } from '@fairpass/sdk/clock'
import { CustomError } from '@fairpass/sdk/errors'
import { type Collection, inTransaction, openCollection } from '@fairpass/sdk/mongo'
import type { ClientSession, Db } from 'mongodb'
import { hashOfCode, isRecoveryCode, newRecoveryCodes, shownCode } from './recovery-codes.ts'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'

/** An account's authenticator app, and the codes for when it is lost. */
type SecondFactor = {
  id: string
  version: number
  secret?: string
  /** a secret that was shown, but not yet proven to be in an app */
  pending?: string
  lastStep: number
  recoveryHashes: string[]
}

export class SecondFactorCodeError extends CustomError {
  readonly code = 'invalid_credentials'
  constructor() {
    super('This code is wrong or was used already')
  }
  override serialize() {
    return [{ message: this.message, field: 'code' }]
  }
}

/** What is written together with a change, or not at all. */
type InSameTransaction = (session: ClientSession) => Promise<void>

const none = (id: string): Omit<SecondFactor, 'version'> => ({ id, lastStep: 0, recoveryHashes: [] })

type Documents = Collection<SecondFactor>

/** Setting an app up, and its recovery codes: each is written in one transaction with the mail about it. */
const createSetUp = (db: Db, documents: Documents) => {
  const changeWith = (
    userId: string,
    beside: InSameTransaction,
    change: (stored: SecondFactor) => SecondFactor,
  ): Promise<void> =>
    inTransaction(db, async (session) => {
      const stored = await documents.find(userId, { session })
      if (!stored) throw new SecondFactorCodeError()
      await documents.replace(stored, change(stored), undefined, { session })
      await beside(session)
    })

  return {
    /**
     * The app has the secret.
     * @returns the recovery codes, which are shown this once
     * @throws SecondFactorCodeError
     */
    confirm: async (userId: string, code: string, beside: InSameTransaction, now = timeNow()): Promise<string[]> => {
      const codes = newRecoveryCodes()
      await changeWith(userId, beside, ({ pending, ...stored }) => {
        const step = pending === undefined ? undefined : stepOfCode(pending, code, 0, now)
        if (pending === undefined || step === undefined) throw new SecondFactorCodeError()
        return { ...stored, secret: pending, lastStep: step, recoveryHashes: codes.map(hashOfCode) }
      })
      return codes.map(shownCode)
    },

    /**
     * New recovery codes in place of the old ones.
     * @throws SecondFactorCodeError when there is no app to recover
     */
    renewRecoveryCodes: async (userId: string, beside: InSameTransaction): Promise<string[]> => {
      const codes = newRecoveryCodes()
      await changeWith(userId, beside, (stored) => {
        if (stored.secret === undefined) throw new SecondFactorCodeError()
        return { ...stored, recoveryHashes: codes.map(hashOfCode) }
      })
      return codes.map(shownCode)
    },
  }
}

const ensure = async ({ raw }: Documents, userId: string): Promise<void> => {
  const unlessKnown = { $setOnInsert: { version: 1, lastStep: 0, recoveryHashes: [] } }
  await raw.updateOne({ _id: userId }, unlessKnown, { upsert: true })
}

/** The second factor once one of its codes was used up. @throws SecondFactorCodeError when the code is not good */
const withoutCode = (stored: SecondFactor, typed: string, now: Date): SecondFactor => {
  if (stored.secret === undefined) throw new SecondFactorCodeError()
  if (isRecoveryCode(typed)) {
    const hash = hashOfCode(typed)
    if (!stored.recoveryHashes.includes(hash)) throw new SecondFactorCodeError()
    return { ...stored, recoveryHashes: stored.recoveryHashes.filter((one) => one !== hash) }
  }
  const lastStep = stepOfCode(stored.secret, typed, stored.lastStep, now)
  if (lastStep === undefined) throw new SecondFactorCodeError()
  return { ...stored, lastStep }
}

export const openSecondFactors = (db: Db) => {
  const documents = openCollection<SecondFactor>(db, 'secondFactors')

  return {
    ...createSetUp(db, documents),
    ensureIndexes: documents.ensureIndexes,

    statusOf: async (userId: string) => {
      const { secret, recoveryHashes } = (await documents.find(userId)) ?? none(userId)
      return { hasTotp: secret !== undefined, recoveryCodesLeft: secret === undefined ? 0 : recoveryHashes.length }
    },

    /** A secret that waits for its first code. */
    pending: async (userId: string, email: string) => {
      const { pending } = (await documents.find(userId)) ?? {}
      return pending === undefined ? undefined : { secret: pending, uri: totpUri(pending, email) }
    },

    /** A new secret, which counts once a code of it was given. */
    begin: async (userId: string, email: string) => {
      await ensure(documents, userId)
      const secret = newTotpSecret()
      await documents.change(userId, (stored) => ({ ...stored, pending: secret }))
      return { secret, uri: totpUri(secret, email) }
    },

    /** Signing in asks for no code any more; where it did not, nothing changes. */
    remove: (userId: string, beside: InSameTransaction): Promise<void> =>
      inTransaction(db, async (session) => {
        const { deletedCount } = await documents.raw.deleteOne({ _id: userId }, { session })
        if (deletedCount > 0) await beside(session)
      }),

    /**
     * Consumes a code of the app, or a recovery code.
     * @throws SecondFactorCodeError
     */
    use: async (userId: string, typed: string, now = timeNow()): Promise<void> => {
      if (!(await documents.change(userId, (stored) => withoutCode(stored, typed, now))))
        throw new SecondFactorCodeError()
    },

    /** @param session the one in which the account is erased */
    forget: async (userId: string, session: ClientSession): Promise<void> => {
      await documents.raw.deleteOne({ _id: userId }, { session })
    },
  }
}

export type SecondFactors = ReturnType<typeof openSecondFactors>
