import { expect, test } from 'bun:test'
import { createStaleWhileRevalidate } from './stale-while-revalidate.ts'

const world = () => {
  let time = 0
  let asked = 0
  const kept = createStaleWhileRevalidate<string>({ isCacheable: (value) => value !== 'refused', now: () => time })
  return {
    kept,
    wait: (ms: number) => {
      time += ms
    },
    read: (value = 'fine') => kept.read('/', async () => `${value === 'fine' ? ++asked : value}`),
    asked: () => asked,
  }
}

test('many who ask within a second are one question', async () => {
  const { read, wait } = world()
  expect(await Promise.all([read(), read(), read()])).toEqual(['1', '1', '1'])
  wait(999)
  expect(await read()).toBe('1')
})

test('who comes a little later does not wait, and it is asked anew once; after five seconds everybody waits', async () => {
  const { read, wait, asked } = world()
  await read()
  wait(1000)
  expect(await Promise.all([read(), read()])).toEqual(['1', '1'])
  expect(asked()).toBe(2)
  expect(await read()).toBe('2')
  wait(5000)
  expect(await read()).toBe('3')
})

test('what is asked anew counts for nothing when something changed meanwhile, or when it is refused', async () => {
  const { kept, read, wait } = world()
  await read()
  wait(1000)
  const late = Promise.withResolvers<string>()
  expect(await kept.read('/', () => late.promise)).toBe('1')
  kept.clear()
  expect(await read()).toBe('2')
  late.resolve('old')
  await late.promise
  expect(await read()).toBe('2')
  wait(1000)
  expect(await read('refused')).toBe('2')
  expect(await read()).toBe('2')
})

test('after a change nobody is given what was known before it, or asked for before it', async () => {
  const { kept, read } = world()
  await read()
  kept.clear()
  expect(await read()).toBe('2')
  const late = Promise.withResolvers<string>()
  const before = kept.read('/slow', () => late.promise)
  kept.clear()
  expect(await kept.read('/slow', async () => 'new')).toBe('new')
  late.resolve('old')
  expect(await before).toBe('old')
  expect(await kept.read('/slow', async () => 'newer')).toBe('new')
})

test('a change takes away what it concerns, and what is still asked for', async () => {
  const { kept, wait } = world()
  const read = (key: string, value: string) => kept.read(key, async () => value)
  await read('/one', 'has a')
  await read('/two', 'has b')
  kept.clear((value) => value.includes('a', 4))
  expect([await read('/one', 'new'), await read('/two', 'new')]).toEqual(['new', 'has b'])
  // A revalidation under way may have been read before the change.
  wait(1000)
  const late = Promise.withResolvers<string>()
  expect(await kept.read('/two', () => late.promise)).toBe('has b')
  kept.clear(() => false)
  expect(await read('/two', 'newer')).toBe('newer')
  late.resolve('old')
  expect(await read('/two', 'newest')).toBe('newer')
})

test('a refusal and a failure are not kept', async () => {
  const { kept, read, asked } = world()
  expect(await read('refused')).toBe('refused')
  await expect(kept.read('/', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await read()).toBe('1')
  expect(asked()).toBe(1)
})

test('what is kept is bounded', async () => {
  const { kept } = world()
  let asked = 0
  const read = (key: number) => kept.read(`${key}`, async () => `${++asked}`)
  for (let key = 0; key <= 200; key += 1) await read(key)
  await read(0)
  expect(asked).toBe(202)
})
