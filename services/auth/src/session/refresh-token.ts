import { createHash, randomBytes } from 'node:crypto'

/** A refresh token as it was presented, and what was true at that moment. */
export type Presented = { sessionId: string; hash: string; at: Date; isRotating: boolean; wasCurrent: boolean }

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
export const newSecret = () => randomBytes(32).toString('base64url')

export const parseToken = (token: string | undefined) => {
  const [, sessionId, secret] = /^([0-9a-f]{24})\.([A-Za-z0-9_-]{43})$/.exec(token ?? '') ?? []
  return sessionId && secret ? { sessionId, hash: sha256(secret) } : undefined
}

/** The session that a refresh token names, whether or not it is good. */
export const sessionIdOf = (token: string | undefined): string | undefined => parseToken(token)?.sessionId
