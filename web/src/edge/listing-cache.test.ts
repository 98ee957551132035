import { expect, test } from 'bun:test'
import type { Tickets } from '../domain/schemas/ticket.ts'
import type { Loaded } from '../queries/loaded.ts'
import { createListingCache } from './listing-cache.ts'

const page = (cursor: string): Loaded<Tickets> => ({ ok: true, value: { tickets: [], nextCursor: cursor } })

const world = () => {
  let time = 0
  let asked = 0
  const cache = createListingCache(() => time)
  return {
    cache,
    wait: (ms: number) => {
      time += ms
    },
    read: (key = '/') => cache.read(key, async () => page(`${++asked}`)),
  }
}

test('within a second of the question a page is read once, and never shown any later', async () => {
  const { read, wait } = world()
  expect(await read()).toEqual(page('1'))
  wait(999)
  expect(await read()).toEqual(page('1'))
  wait(1)
  expect(await read()).toEqual(page('2'))
})

// Guarantee: an answer that was slow is as old as its question.
test('what took half a second to come is kept for the other half', async () => {
  const { cache, wait, read } = world()
  await cache.read('/', async () => {
    wait(500)
    return page('slow')
  })
  wait(499)
  expect(await read()).toEqual(page('slow'))
  wait(1)
  expect(await read()).toEqual(page('1'))
})

test('nobody waits for the call of another', async () => {
  const { cache, read } = world()
  const never = cache.read('/', () => new Promise(() => {}))
  expect(await Promise.race([never, read()])).toEqual(page('1'))
})

test('what was read before a change, or was refused, is not kept', async () => {
  const { cache, read } = world()
  const late = Promise.withResolvers<Loaded<Tickets>>()
  const before = cache.read('/', () => late.promise)
  cache.clear()
  late.resolve(page('old'))
  await before
  expect(await read()).toEqual(page('1'))
  const failure = { status: 503, code: 'service_unavailable', errors: [{ message: 'away' }] }
  const refused: Loaded<Tickets> = { ok: false, failure }
  expect(await cache.read('/refused', async () => refused)).toEqual(refused)
  expect(await read('/refused')).toEqual(page('2'))
})

test('what is kept is bounded', async () => {
  const { read } = world()
  for (let key = 0; key <= 200; key++) await read(`${key}`)
  expect(await read('0')).toEqual(page('202'))
})
