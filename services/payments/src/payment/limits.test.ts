import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { testSidecar } from '@fairpass/servers/testing'
import { startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  const env = { LIMIT_COUPON_ACCOUNT: '3/600', LIMIT_COUPON_ADDRESS: '6/600' }
  world = await startWorld({ dapr: await testSidecar('payments'), env })
})
afterAll(() => world.stop())

const from = (address: string) => ({ 'dapr-caller-app-id': 'web', 'x-forwarded-for': address })
const wrong = [409, 'coupon_not_redeemable']
const tooMany = [429, 'too_many_requests']
const make = async (): Promise<string> =>
  (await world.call('POST', '/api/coupons', `${newId()}:admin`, {})).body.coupons[0].code

/** Tries a code and says how it was refused. */
const refusal = async (order: Parameters<World['payFor']>[0], couponCode: string, headers = {}) => {
  const { status, body } = await world.payFor(order, { couponCode }, headers)
  return [status, body.code]
}

// Guarantee: codes cannot be guessed; who guessed can still pay, and the order stays open.
test('wrong codes end in 429, also for the right one; a card still pays', async () => {
  const order = world.market.open()
  const answers = await Promise.all(Array.from({ length: 5 }, (_, guess) => refusal(order, `GUESS-${guess}`)))
  expect(answers.map(([status]) => status).toSorted()).toEqual([409, 409, 409, 429, 429])
  expect(await refusal(order, await make())).toEqual(tooMany)
  expect((await world.payFor(order, { paymentMethod: 'pm_card_visa' })).status).toBe(201)
})

test('a right code makes the budget whole', async () => {
  const buyerId = newId()
  for (let round = 0; round < 3; round++) {
    const order = world.market.open({ buyerId })
    expect([await refusal(order, 'NONE'), await refusal(order, 'NONE')]).toEqual([wrong, wrong])
    expect((await world.payFor(order, { couponCode: await make() })).status).toBe(201)
  }
})

test('guesses from one address are bounded, whoever makes them', async () => {
  const seen = []
  for (let guess = 0; guess < 8; guess++) seen.push(await refusal(world.market.open(), 'NONE', from('203.0.113.1')))
  expect(seen).toEqual([...Array(6).fill(wrong), tooMany, tooMany])
  expect(await refusal(world.market.open(), 'NONE', from('203.0.113.2'))).toEqual(wrong)
})
