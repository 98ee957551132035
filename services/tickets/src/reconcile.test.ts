import { beforeEach, expect, test } from 'bun:test'
import { testDatabase } from '@fairpass/servers/testing'
import { createReconciler } from './reconcile.ts'

// Guarantee: what the broker lost is found again.

type Asked = { at: Date; until: Date }

let asked: Asked[]
let reconcile: (now: Date) => Promise<void>
let setPosition: (at: Date) => Promise<unknown>

beforeEach(async () => {
  asked = []
  const db = await testDatabase()
  const positions = db.collection<{ _id: string; at: Date; id: string }>('positions')
  setPosition = (at) => positions.updateOne({ _id: 'orders' }, { $set: { at, id: 'a' } }, { upsert: true })
  const orders = {
    changedSince: async ({ at, until }: Asked) => {
      asked.push({ at, until })
      return { orders: [], next: undefined }
    },
  }
  // Nothing has changed, so no ticket is asked for.
  reconcile = createReconciler({ db, orders, tickets: {} as never })
})

const now = new Date()
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000)

test('it goes on from where it was', async () => {
  await setPosition(ago(30))
  await reconcile(now)
  expect(asked).toEqual([{ at: ago(30), until: ago(10) }])
})

test('where the clock was set back, changes of the hour before are looked up again', async () => {
  await setPosition(ago(-3_600))
  await reconcile(now)
  expect(asked).toEqual([{ at: ago(3_600), until: ago(10) }])
})
