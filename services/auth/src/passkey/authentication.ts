import { now } from '@fairpass/sdk/clock'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { type Ceremony, loadWebAuthn, orRefused, PasskeyRefusedError, passkeysOf, timeoutMs } from './ceremony.ts'

/** Signing in, or authenticating again, with a passkey. */
export const createAuthentication = ({ passkeys, challenges, expected, log }: Ceremony) => ({
  /** Without an account any passkey may answer, and it says whose it is. With one, only its own are asked for. */
  authenticationOptions: async (userId?: string) => {
    const { generateAuthenticationOptions } = await loadWebAuthn()
    return generateAuthenticationOptions({
      rpID: expected.expectedRPID,
      challenge: new Uint8Array(Buffer.from(await challenges.create('authenticate'), 'base64url')),
      timeout: timeoutMs,
      userVerification: 'required',
      allowCredentials: userId ? (await passkeysOf(passkeys, userId)).map(({ _id }) => ({ id: _id })) : [],
    })
  },

  /**
   * @returns whose passkey it was
   * @throws PasskeyRefusedError
   */
  authenticate: async (response: AuthenticationResponseJSON): Promise<string> => {
    const stored = await passkeys.findOne({ _id: `${response.id}` })
    if (!stored) throw new PasskeyRefusedError()
    const { verifyAuthenticationResponse } = await loadWebAuthn()
    const { verified, authenticationInfo } = await orRefused(log, () =>
      verifyAuthenticationResponse({
        response,
        ...expected,
        expectedChallenge: (challenge) => challenges.use(challenge, 'authenticate'),
        credential: { id: stored._id, publicKey: new Uint8Array(stored.publicKey.buffer), counter: stored.counter },
        requireUserVerification: true,
      }),
    )
    if (!verified) throw new PasskeyRefusedError()
    // A copy of the authenticator would have its own counter (WebAuthn level 3, 7.2, step 22).
    await passkeys.updateOne(
      { _id: stored._id },
      { $max: { counter: authenticationInfo.newCounter }, $set: { usedAt: now() } },
    )
    return stored.userId
  },
})
