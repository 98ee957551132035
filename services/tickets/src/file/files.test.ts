import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import S3rver from 's3rver'
import { openS3 } from './s3.ts'
import type { ObjectStore } from './store.ts'
import { first, newTicket, orderOf, startService, startsAt } from './testing/service.ts'

const directory = mkdtempSync(join(tmpdir(), 'fairpass-s3-'))
const objectServer = new S3rver({
  ...{ address: '127.0.0.1', port: 0, silent: true, directory },
  configureBuckets: [{ name: 'fairpass', configs: [] }],
})
let s3: ObjectStore

beforeAll(async () => {
  const { port } = await objectServer.run()
  const endpoint = `http://127.0.0.1:${port}`
  s3 = openS3({ endpoint, bucket: 'fairpass', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' })
})
afterAll(async () => {
  await objectServer.close()
  rmSync(directory, { recursive: true, force: true })
})

const dayMs = 24 * 3_600_000
const daysAfter = (days: number) => new Date(startsAt.getTime() + days * dayMs)

const second = 'the second secret of the tests'

/** Runs `work` while what is committed is never answered. */
const withoutCommitAnswers = async <T>(db: Db, work: () => Promise<T>): Promise<T> => {
  const session = db.client.startSession().constructor.prototype
  const { commitTransaction } = session
  session.commitTransaction = async function () {
    await commitTransaction.call(this)
    throw new Error('the answer was lost')
  }
  try {
    return await work()
  } finally {
    session.commitTransaction = commitTransaction
  }
}

describe.each([
  ['in MongoDB', () => undefined],
  ['in an object store', () => s3],
])('files %s', (_where, objects) => {
  const start = async (db?: Db, keys: { current: string; previous?: string } = { current: first }) =>
    startService(db ?? (await testDatabase()), keys, objects())

  test('a key is replaced: everything is sealed anew, opens without the old one, and is refused as before', async () => {
    const db = await testDatabase()
    const before = await start(db)
    const [ticket, { code, pdf }] = [await before.list(), await newTicket()]
    await before.upload(ticket, pdf)
    await expect(start(db, { current: second })).rejects.toThrow('No FILE_KEY opens')

    const during = await start(db, { current: second, previous: first })
    expect(await during.codeOf(ticket.id)).toBe(code)
    await expect(during.upload(await during.list(), pdf)).rejects.toThrow('on sale or sold already')
    expect(await during.files.rotate()).toBe('more')
    expect(during.onRotated).not.toHaveBeenCalled()
    expect([await during.files.rotate(), await during.files.rotate()]).toEqual([undefined, undefined])
    expect(during.onRotated).toHaveBeenCalledTimes(1)

    const after = await start(db, { current: second })
    expect(await after.codeOf(ticket.id)).toBe(code)
    await expect(after.upload(await after.list(), pdf)).rejects.toThrow('on sale or sold already')
  })

  // Guarantee: what is on sale is there for its buyer, whatever failed as it was uploaded.
  test('a file whose commit got no answer, or whose forerunner could not be erased, opens', async () => {
    const db = await testDatabase()
    const { list, upload, codeOf } = await start(db)
    const [ticket, { code, pdf }, next] = [await list(), await newTicket(), await newTicket()]
    await withoutCommitAnswers(db, () => upload(ticket, pdf)).catch(() => upload(ticket, pdf))
    expect(await codeOf(ticket.id)).toBe(code)

    const store = objects()
    if (!store) return
    const remove = () => Promise.reject(new Error('the object store is away'))
    await (await startService(db, { current: first }, { ...store, remove })).upload(ticket, next.pdf)
    expect(await codeOf(ticket.id)).toBe(next.code)
  })

  test('what is sold on opens, though its commit got no answer', async () => {
    const db = await testDatabase()
    const { list, upload, codeOf, sell, resales } = await start(db)
    const [ticket, { code, pdf }, id] = [await list(), await newTicket(), newId()]
    await upload(ticket, pdf)
    await sell(ticket.id)
    await expect(
      withoutCommitAnswers(db, () => resales.list(orderOf(ticket), { id, priceCents: undefined })),
    ).rejects.toThrow()
    expect(await codeOf(id)).toBe(code)
  })

  test('a file is kept for FILE_DAYS after its event, also when that was moved; then nothing of it is left', async () => {
    const { tickets, files, store, list, upload, codeOf } = await start()
    const [ticket, { code, pdf }] = [await list(), await newTicket()]
    await upload(ticket, pdf)
    const { file } = (await tickets.find(ticket.id)) ?? {}
    await files.eraseDue(daysAfter(29.9))
    expect(await codeOf(ticket.id)).toBe(code)
    await tickets.change(ticket.id, (now) => ({ ...now, startsAt: daysAfter(10) }))
    await files.eraseDue(daysAfter(30.1))
    expect(await codeOf(ticket.id)).toBe(code)
    await files.eraseDue(daysAfter(40.1))
    await expect(codeOf(ticket.id)).rejects.toThrow('no file')
    expect(await store.find(file?.id ?? '')).toBeNull()
    await objects()
      ?.get(file?.id ?? '')
      .then(
        () => expect.unreachable(),
        (error: unknown) => expect(error).toMatchObject({ cause: { message: 'the object store answered 404 to GET' } }),
      )
  })

  test('what was bought is sold on once, with its file, until it is sold or withdrawn', async () => {
    const { tickets, files, resales, list, upload, codeOf, sell } = await start()
    const [ticket, { code, pdf }] = [await list(), await newTicket()]
    await upload(ticket, pdf)
    await sell(ticket.id)
    const order = orderOf(ticket)
    const wish = () => ({ id: newId(), priceCents: undefined })
    const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => resales.list(order, wish())))
    const listed = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(listed).toHaveLength(1)
    const [resale] = listed
    if (!resale) throw new Error('nothing was listed')
    expect(resale).toMatchObject({ sellerId: order.buyerId, priceCents: 5_000, title: 'Opera', status: 'available' })
    expect(resale.description).toBeUndefined()
    expect(await codeOf(resale.id)).toBe(code)
    expect(await codeOf(ticket.id)).toBe(code)
    // Its barcode is the new listing's: nobody else lists it, its first seller least of all.
    await expect(upload(await list(ticket.sellerId), pdf)).rejects.toThrow('on sale or sold already')

    // Withdrawn again, it is still its buyer's, who may change their mind.
    const withdrawn = await tickets.change(resale.id, (one) => ({
      ...{ ...one, status: 'withdrawn', file: undefined, erasesFile: one.file?.id },
    }))
    if (withdrawn) await files.eraseOf(withdrawn)
    expect(await codeOf(ticket.id)).toBe(code)
    const again = await resales.list(order, { id: newId(), priceCents: 4_000 })
    expect(await resales.isSoldOn(order.id)).toBe(false)
    await sell(again.id)
    expect(await resales.isSoldOn(order.id)).toBe(true)
    await expect(resales.list(order, wish())).rejects.toThrow('on sale or sold already')
  })

  test('a sale that is undone takes its resale off the market; the barcode is the first seller’s again', async () => {
    const { tickets, files, resales, list, upload, sell } = await start()
    const [ticket, { pdf }] = [await list(), await newTicket()]
    await upload(ticket, pdf)
    await sell(ticket.id)
    const order = orderOf(ticket)
    const resale = await resales.list(order, { id: newId(), priceCents: undefined })
    await resales.undo(order)
    expect(await tickets.find(resale.id)).toMatchObject({ status: 'withdrawn' })
    await expect(upload(await list(order.buyerId), pdf)).rejects.toThrow('on sale or sold already')
    await upload(await list(ticket.sellerId), pdf)
    await files.eraseDue()
  })
})

test('only what is in one’s hands is sold on, before it begins, once without a file, too', async () => {
  const { resales, list, sell } = await startService(await testDatabase(), { current: first })
  const ticket = await list()
  await sell(ticket.id)
  const wish = () => ({ id: newId(), priceCents: undefined })
  const waiting = orderOf(ticket, { handover: { kind: 'transfer', status: 'waiting' } })
  await expect(resales.list(waiting, wish())).rejects.toThrow('once it has been handed over')
  const order = orderOf(ticket, { handover: { kind: 'transfer', status: 'received' } })
  await resales.list(order, wish())
  await expect(resales.list(order, wish())).rejects.toThrow('on sale or sold already')
})
