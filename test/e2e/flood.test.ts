import { beforeAll, expect, test } from 'bun:test'
import { type Marketplace, sharedMarketplace } from '../marketplace.ts'

let market: Marketplace
beforeAll(async () => {
  market = await sharedMarketplace()
})

/** More than may be hashed and wait for it together (services/auth/src/password/passwords.ts). */
const flooding = 220
const mostReads = 40

const timed = async <T>(work: () => Promise<T>) => {
  const startedAt = performance.now()
  return { answer: await work(), ms: performance.now() - startedAt }
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

// Guarantee: a flood of passwords takes neither the memory nor the time of anybody who does not sign in.
test('while sign-ins flood the hashing, other routes stay quick, and what does not fit is told to come back', async () => {
  const email = (count: number) => `nobody-${process.pid}-${count}@fairpass.example`
  const signIn = (count: number) =>
    market.visitor().post('/api/users/signin', { email: email(count), password: 'a guess among many' })
  let isOver = false
  const signIns = Promise.all(Array.from({ length: flooding }, (_, count) => timed(() => signIn(count)))).finally(
    () => {
      isOver = true
    },
  )
  const reads: number[] = []
  while (!isOver && reads.length < mostReads) {
    const { answer, ms } = await timed(() => market.visitor().get('/api/tickets'))
    expect(answer.status).toBe(200)
    reads.push(ms)
  }
  const answered = await signIns
  expect(new Set(answered.map(({ answer }) => answer.status))).toEqual(new Set([401, 503]))
  const refused = answered.filter(({ answer }) => answer.status === 503)
  for (const { answer } of refused) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.map(({ answer }) => answer.body.errors[0]?.message)).toContain(
    'Too many people are signing in right now; try again in a moment',
  )
  // Not a number of milliseconds, which would be about the machine: readers do not wait in the queue of those who sign in.
  const hashed = answered.filter(({ answer }) => answer.status === 401).map(({ ms }) => ms)
  expect(reads.length).toBeGreaterThan(2)
  expect(median(reads)).toBeLessThan(median(hashed) / 3)
  expect((await market.signedUp()).id).not.toBeEmpty()
}, 90_000)
