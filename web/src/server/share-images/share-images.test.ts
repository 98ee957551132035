import { expect, test } from 'bun:test'
import { createImageQueue } from './share-images.ts'

const ticket = (title: string) => ({
  id: 't1',
  sellerId: 's1',
  title,
  venue: 'Hall',
  city: 'Oslo',
  startsAt: '2027-03-01T19:00:00.000Z',
  priceCents: 1999,
  currency: 'usd',
  status: 'available' as const,
})

const world = () => {
  let drawn = 0
  let atOnce = 0
  let most = 0
  const draw = createImageQueue(async () => {
    most = Math.max(most, ++atOnce)
    await Promise.resolve()
    atOnce -= 1
    return new Uint8Array([++drawn])
  }, 0)
  return { draw, drawn: () => drawn, most: () => most }
}

test('the same ticket is drawn once, a changed one anew', async () => {
  const { draw, drawn } = world()
  await Promise.all([draw(ticket('Jazz')), draw(ticket('Jazz'))])
  await draw(ticket('Jazz'))
  expect(drawn()).toBe(1)
  await draw(ticket('More jazz'))
  expect(drawn()).toBe(2)
})

test('one is drawn at a time, and who comes when too many wait is not kept waiting', async () => {
  const { draw, drawn, most } = world()
  const images = await Promise.all(Array.from({ length: 20 }, (_, index) => draw(ticket(`${index}`))))
  expect(images.filter((image) => image !== undefined)).toHaveLength(4)
  expect([drawn(), most()]).toEqual([4, 1])
})

test('what cannot be drawn is tried again', async () => {
  let turn = 0
  const draw = createImageQueue(async () => {
    if (++turn === 1) throw new Error('no font')
    return new Uint8Array([1])
  }, 0)
  await expect(draw(ticket('Jazz'))).rejects.toThrow('no font')
  expect(await draw(ticket('Jazz'))).toEqual(new Uint8Array([1]))
})
