import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { sharedRead } from './shared-read.ts'

test('a crowd at one key costs two reads; another key does not wait for it', async () => {
  const asked: string[] = []
  const gate = Promise.withResolvers<void>()
  const read = sharedRead(async (key) => {
    asked.push(key)
    if (key === 'crowd') await gate.promise
    return key
  })
  const crowd = Array.from({ length: 1_000 }, () => read('crowd'))
  expect(await read('alone')).toBe('alone')
  gate.resolve()
  expect(new Set(await Promise.all(crowd))).toEqual(new Set(['crowd']))
  expect(asked).toEqual(['crowd', 'alone', 'crowd'])
})

test('a read that fails fails for those who share it, and for nobody after', async () => {
  let reads = 0
  const read = sharedRead(async () => {
    if (++reads <= 2) throw new Error(`read ${reads}`)
    return reads
  })
  const answers = await Promise.allSettled([read('a'), read('a'), read('a')])
  expect(answers.map((answer) => answer.status === 'rejected' && `${answer.reason}`)).toEqual([
    'Error: read 1',
    'Error: read 2',
    'Error: read 2',
  ])
  expect(await read('a')).toBe(3)
})

// Guarantee: what was written before somebody asked is in what he reads. Sharing the read that is under way breaks it.
test('nobody reads less than what was written before he asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('read', 'write', 'time passes'), { minLength: 2, maxLength: 12 }),
      async (s, steps) => {
        let value = 0
        const read = sharedRead(async () => {
          const seen = value
          await s.schedule(Promise.resolve())
          return seen
        })
        const readers: Promise<void>[] = []
        for (const step of steps) {
          if (step === 'write') value++
          if (step === 'time passes' && s.count() > 0) await s.waitOne()
          if (step === 'read') {
            const least = value
            readers.push(read('key').then((seen) => expect(seen).toBeGreaterThanOrEqual(least)))
          }
        }
        await s.waitFor(Promise.all(readers))
      },
    ),
  )
})
