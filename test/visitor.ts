import { createVisitor as createPlainVisitor, type Exchange } from '@fairpass/demo/visitor'
import { keepSecret } from './run-folder.ts'

export { type Answer, expectStatus, type Visitor } from '@fairpass/demo/visitor'

/** Every token that a visitor of this run was given, and every password that one had, by what it is. */
export const secretsSeen = new Map<string, string>()

const note = (what: string, value: string) => {
  secretsSeen.set(`${what} ${secretsSeen.size}`, value)
  keepSecret(what, value)
}

/** Passwords that say nothing by themselves, such as those of one letter, are found anywhere. */
const leastSecretLength = 8

const noteToken = (name: string, value: string) => {
  // A part of a token is as good as the whole: the signature, or what comes after the session's id.
  const secretPart = value.split('.').at(-1) ?? ''
  if (secretPart.length >= leastSecretLength) note(`the ${name} token`, secretPart)
}

const passwordsIn = (body: unknown): string[] => {
  const { password, newPassword } = (body ?? {}) as { password?: unknown; newPassword?: unknown }
  return [password, newPassword].filter(
    (text): text is string => typeof text === 'string' && text.trim().length >= leastSecretLength,
  )
}

/** An answer of the API, to be held against its description. */
export type Answered = Pick<Exchange, 'method' | 'path' | 'status' | 'contentType' | 'body'>

/**
 * A visitor at the public origin; its secrets are noted for the check of the logs, and `check` gets each answer of the API.
 */
export const createVisitor = (origin: string, check: (answered: Answered) => void = () => {}) =>
  createPlainVisitor(origin, {
    onRequest: (sent) => {
      for (const password of passwordsIn(sent)) note('the password', password)
    },
    onCookie: noteToken,
    onAnswer: ({ sent, text, ...answered }, jar) => {
      const tokens = [jar.get('access'), jar.get('refresh')].flatMap((token) => token ?? [])
      if ([...passwordsIn(sent), ...tokens].some((secret) => text.includes(secret)) || text.includes('$argon2'))
        throw new Error(
          `${answered.method} ${answered.path} tells a password, a token or a hash: ${text.slice(0, 500)}`,
        )
      if (answered.path.startsWith('/api/')) check(answered)
    },
  })
