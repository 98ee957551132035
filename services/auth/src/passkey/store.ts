import { CustomError } from '@fairpass/sdk/errors'
import { inTransaction, isDuplicateKey } from '@fairpass/sdk/mongo'
import type { Log } from '@fairpass/sdk/telemetry'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { Binary, type ClientSession, type Db } from 'mongodb'
import { openChallenges } from './challenges.ts'

type Passkey = {
  /** the credential's own id */
  _id: string
  userId: string
  name: string
  publicKey: Binary
  counter: number
  transports: string[]
  createdAt: Date
  usedAt?: Date
}

export class PasskeyRefusedError extends CustomError {
  readonly code = 'invalid_credentials'
  constructor(message = 'This passkey was not accepted; try again, or sign in with your password') {
    super(message)
  }
}

/** More than anybody has. */
const maxPasskeys = 20
const timeoutMs = 5 * 60_000

/** What is written together with a change, or not at all. */
type Beside = (session: ClientSession) => Promise<void>

type Options = { publicOrigin: string; log: Log }

/**
 * Passkeys (WebAuthn level 3): the authenticator proves that it is there, and that its owner unlocked it, so one is two
 * factors at once. They are found by themselves, without a name being typed.
 */
export const openPasskeys = (db: Db, { publicOrigin, log }: Options) => {
  const passkeys = db.collection<Passkey>('passkeys')
  const challenges = openChallenges(db)
  const expected = { expectedOrigin: publicOrigin, expectedRPID: new URL(publicOrigin).hostname }

  const list = (userId: string) => passkeys.find({ userId }).sort({ createdAt: 1 }).limit(maxPasskeys).toArray()

  /** Whatever an authenticator sends that is no answer is refused, and says why in the log alone. */
  const orRefused = async <T>(verify: () => Promise<T>): Promise<T> => {
    try {
      return await verify()
    } catch (error) {
      log.info({ reason: error instanceof Error ? error.message : `${error}` }, 'a passkey was refused')
      throw new PasskeyRefusedError()
    }
  }

  return {
    ensureIndexes: async () => {
      await passkeys.createIndex({ userId: 1, createdAt: 1 }, { name: 'user' })
      await challenges.ensureIndexes()
    },

    list: async (userId: string) =>
      (await list(userId)).map(({ _id, name, createdAt, usedAt }) => ({ id: _id, name, createdAt, usedAt })),

    has: async (userId: string): Promise<boolean> => (await passkeys.findOne({ userId })) !== null,

    registrationOptions: async (userId: string, email: string) =>
      generateRegistrationOptions({
        rpName: 'Fairpass',
        rpID: expected.expectedRPID,
        userName: email,
        userID: new Uint8Array(Buffer.from(userId)),
        challenge: new Uint8Array(Buffer.from(await challenges.create('register', userId), 'base64url')),
        timeout: timeoutMs,
        excludeCredentials: (await list(userId)).map(({ _id }) => ({ id: _id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      }),

    /** @throws PasskeyRefusedError */
    register: async (
      userId: string,
      response: RegistrationResponseJSON,
      name: string,
      beside: Beside,
    ): Promise<string> => {
      if ((await passkeys.countDocuments({ userId }, { limit: maxPasskeys })) >= maxPasskeys)
        throw new PasskeyRefusedError('This account has as many passkeys as one can have; remove another one first')
      const { verified, registrationInfo } = await orRefused(() =>
        verifyRegistrationResponse({
          response,
          ...expected,
          expectedChallenge: (challenge) => challenges.use(challenge, 'register', userId),
          requireUserVerification: true,
        }),
      )
      if (!verified) throw new PasskeyRefusedError()
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential
      const createdAt = new Date()
      const stored = { userId, name, publicKey: new Binary(publicKey), counter, transports, createdAt }
      try {
        await inTransaction(db, async (session) => {
          await passkeys.insertOne({ _id: id, ...stored }, { session })
          await beside(session)
        })
        return id
      } catch (error) {
        if (isDuplicateKey(error)) throw new PasskeyRefusedError('This passkey is in use already')
        throw error
      }
    },

    /** For whoever comes: which account it is, the passkey says. For one account, only its own are asked for. */
    authenticationOptions: async (userId?: string) =>
      generateAuthenticationOptions({
        rpID: expected.expectedRPID,
        challenge: new Uint8Array(Buffer.from(await challenges.create('authenticate'), 'base64url')),
        timeout: timeoutMs,
        userVerification: 'required',
        allowCredentials: userId ? (await list(userId)).map(({ _id }) => ({ id: _id })) : [],
      }),

    /**
     * @returns whose passkey it was
     * @throws PasskeyRefusedError
     */
    authenticate: async (response: AuthenticationResponseJSON): Promise<string> => {
      const stored = await passkeys.findOne({ _id: `${response.id}` })
      if (!stored) throw new PasskeyRefusedError()
      const { verified, authenticationInfo } = await orRefused(() =>
        verifyAuthenticationResponse({
          response,
          ...expected,
          expectedChallenge: (challenge) => challenges.use(challenge, 'authenticate'),
          credential: { id: stored._id, publicKey: new Uint8Array(stored.publicKey.buffer), counter: stored.counter },
          requireUserVerification: true,
        }),
      )
      if (!verified) throw new PasskeyRefusedError()
      // A copy of the authenticator would have counted on by itself (WebAuthn level 3, 7.2, step 22).
      await passkeys.updateOne(
        { _id: stored._id },
        { $max: { counter: authenticationInfo.newCounter }, $set: { usedAt: new Date() } },
      )
      return stored.userId
    },

    /** @returns false when the user has no such passkey */
    remove: (userId: string, id: string, beside: Beside): Promise<boolean> =>
      inTransaction(db, async (session) => {
        const { deletedCount } = await passkeys.deleteOne({ _id: id, userId }, { session })
        if (deletedCount === 1) await beside(session)
        return deletedCount === 1
      }),

    forget: async (userId: string, session: ClientSession): Promise<void> => {
      await passkeys.deleteMany({ userId }, { session })
    },
  }
}

export type Passkeys = ReturnType<typeof openPasskeys>
