import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { EmailTokenInvalidError, type EmailTokens, emailTokenSeconds, openEmailTokens } from './store.ts'

let db: Db
let tokens: EmailTokens

beforeAll(async () => {
  db = await testDatabase()
  tokens = openEmailTokens(db, 'a key of the test')
  await tokens.ensureIndexes()
})

const now = new Date()
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000)

const opened = async (purpose: 'reset-password' | 'confirm-email' = 'reset-password') => {
  const [mailId, userId] = [newId(), newId()]
  const open = (at = now) => tokens.open(mailId, { purpose, userId, email: 'ann@example.com' }, at)
  return { userId, open, token: (await open()) ?? '' }
}

const use = (token: string, at = now, work = async () => {}) => tokens.use(token, ['reset-password'], work, at)

test('a token works once, even at once', async () => {
  const { token, userId } = await opened()
  const uses = await Promise.allSettled(Array.from({ length: 8 }, () => use(token)))
  expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(uses.find((one) => one.status === 'fulfilled')?.value).toMatchObject({ userId })
})

test('it is good for half an hour from when it was sent last', async () => {
  const { token, open } = await opened()
  expect(await tokens.isGood(token, ['reset-password'], later(emailTokenSeconds - 1))).toBe(true)
  await expect(use(token, later(emailTokenSeconds + 1))).rejects.toBeInstanceOf(EmailTokenInvalidError)
  expect(await open(later(3_600))).toBe(token)
  await use(token, later(3_600 + emailTokenSeconds - 1))
})

// Guarantee: a mail that is sent twice brings back no link that was used.
test('once used it is not opened again', async () => {
  const { token, open } = await opened()
  await use(token)
  expect(await open(later(5))).toBeUndefined()
  await expect(use(token, later(6))).rejects.toBeInstanceOf(EmailTokenInvalidError)
})

test('what it lets somebody do and its use are one: where that fails, it stays good', async () => {
  const { token } = await opened()
  await expect(use(token, now, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await use(token)
})

test('a token for something else, of somebody else, cut or made up is refused', async () => {
  const [{ token }, confirming] = [await opened(), await opened('confirm-email')]
  const [id = '', secret = ''] = token.split('.')
  const wrong = [
    confirming.token,
    `${newId()}.${secret}`,
    `${id}.${secret.slice(1)}A`,
    id,
    '',
    `${token} `,
    '{"$ne":1}',
  ]
  for (const one of wrong) await expect(use(one)).rejects.toBeInstanceOf(EmailTokenInvalidError)
  await use(token)
})

test('with a new password the links of before are of no use', async () => {
  const { token, userId } = await opened()
  await db.client.withSession((session) => tokens.endAll(userId, ['reset-password'], session))
  await expect(use(token)).rejects.toBeInstanceOf(EmailTokenInvalidError)
})

test('the database holds no token', async () => {
  const { token } = await opened()
  const [, secret = ''] = token.split('.')
  const stored = JSON.stringify(await db.collection('emailTokens').find().toArray())
  expect(stored).not.toContain(secret)
})
