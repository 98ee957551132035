import { now } from '@fairpass/sdk/clock'
import { inTransaction, isDuplicateKey } from '@fairpass/sdk/mongo'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { Binary } from 'mongodb'
import {
  type Ceremony,
  type InSameTransaction,
  loadWebAuthn,
  maxPasskeys,
  orRefused,
  PasskeyRefusedError,
  passkeysOf,
  timeoutMs,
} from './ceremony.ts'

/** Adding a passkey to an account. */
export const createRegistration = ({ db, passkeys, challenges, expected, log }: Ceremony) => ({
  registrationOptions: async (userId: string, email: string) => {
    const { generateRegistrationOptions } = await loadWebAuthn()
    return generateRegistrationOptions({
      rpName: 'Fairpass',
      rpID: expected.expectedRPID,
      userName: email,
      userID: new Uint8Array(Buffer.from(userId)),
      challenge: new Uint8Array(Buffer.from(await challenges.create('register', userId), 'base64url')),
      timeout: timeoutMs,
      excludeCredentials: (await passkeysOf(passkeys, userId)).map(({ _id }) => ({ id: _id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
  },

  /** @throws PasskeyRefusedError */
  register: async (
    userId: string,
    response: RegistrationResponseJSON,
    name: string,
    beside: InSameTransaction,
  ): Promise<string> => {
    if ((await passkeys.countDocuments({ userId }, { limit: maxPasskeys })) >= maxPasskeys)
      throw new PasskeyRefusedError('This account has as many passkeys as one can have; remove another one first')
    const { verifyRegistrationResponse } = await loadWebAuthn()
    const { verified, registrationInfo } = await orRefused(log, () =>
      verifyRegistrationResponse({
        response,
        ...expected,
        expectedChallenge: (challenge) => challenges.use(challenge, 'register', userId),
        requireUserVerification: true,
      }),
    )
    if (!verified) throw new PasskeyRefusedError()
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential
    const createdAt = now()
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
})
