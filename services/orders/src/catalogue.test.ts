import { beforeAll, expect, test } from 'bun:test'
import { RelayedProblemError } from '@fairpass/sdk/errors'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { openCatalogue } from './catalogue.ts'
import { aTicket } from './testing/ticket.ts'

let db: Db
beforeAll(async () => {
  db = await testDatabase()
})

const noSuchTicket = () => Promise.reject(new RelayedProblemError('not_found', [], undefined))
const opened = () => openCatalogue(db, { invoke: noSuchTicket })

// Guarantee: buyers pay the price that the seller named last, in whatever order the events arrive.
test('a ticket that comes late or twice changes nothing', async () => {
  const catalogue = opened()
  const first = aTicket()
  const second = { ...first, version: 2, priceCents: 7_500 }
  for (const told of [second, first, second, first]) await catalogue.apply([told])
  expect(await catalogue.find(first.id)).toEqual(second)
})

test('of many tellings at once the last version stays', async () => {
  const catalogue = opened()
  const { id, ...ticket } = aTicket()
  const versions = [3, 1, 5, 2, 4, 5, 1]
  await Promise.all(versions.map((version) => catalogue.apply([{ id, ...ticket, version, priceCents: version * 100 }])))
  expect(await catalogue.find(id)).toMatchObject({ version: 5, priceCents: 500 })
})

test('a ticket that nobody told of is asked for', async () => {
  const asked = aTicket({ version: 2 })
  const catalogue = openCatalogue(db, { invoke: (async () => asked) as Parameters<typeof openCatalogue>[1]['invoke'] })
  expect(await catalogue.find(asked.id)).toEqual(asked)
  expect(await opened().find(asked.id)).toEqual(asked)
  await expect(opened().find(newId())).rejects.toThrow('not_found')
})
