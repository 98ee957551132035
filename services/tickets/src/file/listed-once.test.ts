import { expect, test } from 'bun:test'
import { inTransaction, newId } from '@fairpass/sdk/mongo'
import { testDatabase } from '@fairpass/servers/testing'
import { endListing } from '../domain/ticket.ts'
import { type Symbology, symbologies } from './barcode.ts'
import { createSeal } from './seal.ts'
import { ticketsPdf } from './testing/corpus.ts'
import { first, newCode, orderOf, pdfOf, startService, startsAt } from './testing/service.ts'

const pairs = symbologies.flatMap((one, i) => symbologies.slice(i).map((other) => [one, other] as const))

// Promise 10.
test('a ticket is listed once, whatever its code is drawn as: of each pair at once, one wins', async () => {
  const { list, upload } = await startService(await testDatabase(), { current: first })
  for (const [one, other] of pairs) {
    const code = newCode()
    const answers = await Promise.allSettled([
      list().then(async (ticket) => upload(ticket, await pdfOf(one, code))),
      list().then(async (ticket) => upload(ticket, await pdfOf(other, code))),
    ])
    const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []))
    expect(refusals).toEqual([expect.stringContaining('on sale or sold already')])
  }
}, 60_000)

test('of twenty at once in five symbologies one wins, and is its owner’s to list again in another', async () => {
  const { tickets, files, resales, list, upload, sell } = await startService(await testDatabase(), { current: first })
  const code = newCode()
  const pdfs = await Promise.all(symbologies.map((symbology) => pdfOf(symbology, code)))
  const listed = await Promise.all(Array.from({ length: 20 }, () => list()))
  const answers = await Promise.allSettled(listed.map((ticket, i) => upload(ticket, pdfs[i % 5] ?? new Uint8Array())))
  const won = answers.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
  expect(won).toHaveLength(1)
  const [at = 0] = won
  const winner = listed[at]
  if (!winner) throw new Error('nobody won')
  const withdrawn = await tickets.change(winner.id, (ticket) => endListing(ticket))
  if (withdrawn) await files.eraseOf(withdrawn)

  const other = pdfs[(at + 1) % 5] ?? new Uint8Array()
  await expect(upload(await list(), other)).rejects.toThrow('on sale or sold already')
  const again = await list(winner.sellerId)
  await upload(again, other)
  await sell(again.id)
  // Whoever bought it has it to sell, and what was noted of it before is not in the way.
  await resales.list(orderOf(again), { id: newId(), priceCents: undefined })
}, 60_000)

test('of twenty claims at the very same moment, in five symbologies, one stands', async () => {
  const db = await testDatabase()
  const { store } = await startService(db, { current: first })
  const seal = createSeal({ current: first })
  const bytes = Buffer.from(newCode())
  const claim = (symbology: Symbology) => ({
    fingerprints: seal.fingerprints({ symbology, bytes }),
    ...{ fileId: newId(), ticketId: newId(), ownerId: newId(), keepUntil: startsAt },
  })
  const all = Array.from({ length: 4 }, () => symbologies).flat()
  const claims = await Promise.allSettled(
    all.map((symbology) => inTransaction(db, (session) => store.claimIn(session, claim(symbology)))),
  )
  const refusals = claims.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  expect(refusals).toHaveLength(19)
  for (const refusal of refusals) expect(refusal).toContain('on sale or sold already')
})

test('what an earlier Fairpass noted, by symbology alone, counts in each', async () => {
  const db = await testDatabase()
  const { list, upload } = await startService(db, { current: first })
  const code = newCode()
  const ticket = await list()
  await upload(ticket, await pdfOf('qr', code))
  const { claimed } = createSeal({ current: first }).fingerprints({ symbology: 'qr', bytes: Buffer.from(code) })
  expect((await db.collection('barcodes').deleteOne({ _id: claimed[1] as never })).deletedCount).toBe(1)
  await expect(upload(await list(), await pdfOf('aztec', code))).rejects.toThrow('on sale or sold already')
  await upload(ticket, await pdfOf('aztec', code))
})

// Guarantee: pressing "Sell" twice sells what is in the file once, and refuses nobody.
test('a file of two tickets that is sent several times at once lists both, and each is answered alike', async () => {
  const { tickets, list, upload } = await startService(await testDatabase(), { current: first })
  const pdf = await ticketsPdf([newCode(), newCode()].map((text) => ({ symbology: 'qr', text })))
  const ticket = await list()
  const answers = await Promise.all(Array.from({ length: 4 }, () => upload(ticket, pdf)))
  for (const answer of answers) expect(answer).toEqual(answers[0] as (typeof answers)[0])
  const listed = await tickets.ofSeller(ticket.sellerId, 10)
  expect(listed.tickets.map(({ id }) => id).toSorted()).toEqual(answers[0]?.ticketIds.toSorted() ?? [])
  expect(listed.tickets.every(({ status, file }) => status === 'available' && file)).toBe(true)
})

test('what stands on everybody’s ticket stands in nobody’s way', async () => {
  const { list, upload } = await startService(await testDatabase(), { current: first })
  const seat = await pdfOf('code128', '12 A')
  for (const ticket of [await list(), await list()]) {
    await expect(upload(ticket, seat)).rejects.toThrow('No barcode was found')
    await upload(ticket, seat, true)
  }
  const number = `${process.pid % 1000}-${Date.now() % 1000}`
  await upload(await list(), await pdfOf('qr', number))
  await upload(await list(), await pdfOf('aztec', number))
})
