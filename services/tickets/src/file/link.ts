import { NotFoundError } from '@fairpass/sdk/errors'
import type { User } from '@fairpass/sdk/identity'
import { seal, unseal } from '@fairpass/sdk/seal'
import * as v from 'valibot'
import { derive } from './key-wrap.ts'

/** As long as a program takes to fetch what it was given a link to. */
const goodForMs = 60_000

const Claims = v.object({
  orderId: v.string(),
  userId: v.string(),
  sessionId: v.string(),
  issuedAt: v.number(),
  until: v.number(),
})

type Deps = {
  secret: string
  /** whether a session that was open is so still, and its account not banned */
  isStillSignedIn: (user: User) => Promise<boolean>
  now?: () => number
}

/**
 * Links to a file for programs without a session, such as a phone's viewer of PDFs: sealed, for a minute, for one order, and
 * of no use once the session has ended in which they were made.
 */
export const createFileLinks = ({ secret, isStillSignedIn, now = Date.now }: Deps) => {
  const key = derive(secret, 'link')

  const read = (token: string) => {
    try {
      return v.parse(Claims, JSON.parse(unseal(token, key)))
    } catch {
      return undefined
    }
  }

  return {
    make: (orderId: string, { id: userId, sessionId, issuedAt }: User) => {
      const until = now() + goodForMs
      const claims: v.InferOutput<typeof Claims> = { orderId, userId, sessionId, issuedAt: issuedAt.getTime(), until }
      return { token: seal(JSON.stringify(claims), key), expiresAt: new Date(until) }
    },

    /** @throws NotFoundError when it is not of this order, over, or was never made here */
    userOf: async (token: string, orderId: string): Promise<User> => {
      const claims = read(token)
      const user: User | undefined = claims && {
        ...{ id: claims.userId, role: 'user', sessionId: claims.sessionId, issuedAt: new Date(claims.issuedAt) },
      }
      if (!claims || !user || claims.orderId !== orderId || claims.until <= now() || !(await isStillSignedIn(user)))
        throw new NotFoundError('This link is not good any more')
      return user
    },
  }
}

export type FileLinks = ReturnType<typeof createFileLinks>
