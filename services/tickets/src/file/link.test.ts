import { beforeEach, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { createFileLinks } from './link.ts'

// Promise 9: a link is as good as the session that it was made in, for one order, for a minute.

const user = { id: newId(), role: 'user' as const, sessionId: newId(), issuedAt: new Date('2035-06-01T12:00:00Z') }
const orderId = newId()
let time: number
let isSignedIn: boolean

const linksUnder = (secret: string) =>
  createFileLinks({ secret, isStillSignedIn: async ({ id }) => isSignedIn && id === user.id, now: () => time })
const links = linksUnder('a secret of the tests')

beforeEach(() => {
  time = Date.parse('2035-06-01T12:01:00Z')
  isSignedIn = true
})

test('it is its maker’s for a minute, and then nobody’s', async () => {
  const { token, expiresAt } = links.make(orderId, user)
  expect(expiresAt.getTime() - time).toBe(60_000)
  time += 59_999
  expect(await links.userOf(token, orderId)).toEqual(user)
  time++
  await expect(links.userOf(token, orderId)).rejects.toThrow('not good any more')
})

test('it opens no other order', async () => {
  const { token } = links.make(orderId, user)
  await expect(links.userOf(token, newId())).rejects.toThrow('not good any more')
})

test('it ends with the session in which it was made', async () => {
  const { token } = links.make(orderId, user)
  isSignedIn = false
  await expect(links.userOf(token, orderId)).rejects.toThrow('not good any more')
})

test('what was changed, or made under another secret, opens nothing', async () => {
  const { token } = links.make(orderId, user)
  const forged = [
    ...[
      '',
      'A',
      token.slice(0, 16),
      token.slice(0, -2),
      `${token}AAAA`,
      token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
    ],
    linksUnder('another secret of the tests').make(orderId, user).token,
  ]
  for (const one of forged) await expect(links.userOf(one, orderId)).rejects.toThrow('not good any more')
})
