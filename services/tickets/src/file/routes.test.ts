import { expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { startTickets } from '../testing/world.ts'
import { newTicket } from './testing/service.ts'

// Guarantee: an upload is repeated under its Idempotency-Key as every other POST is.
test('a key replays the answer to its file, refuses another one, and is free where it listed the ticket', async () => {
  const { app } = await startTickets()
  const headers = { authorization: `Bearer ${newId()}`, 'idempotency-key': newId() }
  const startsAt = '2035-06-01T19:30:00Z'
  const listing = { title: 'Opera', venue: 'Hall', city: 'Graz', startsAt, priceCents: 5_000, delivery: 'file' }
  const listed = await app.request('/api/tickets', {
    ...{ method: 'POST', body: JSON.stringify(listing) },
    headers: { ...headers, 'content-type': 'application/json' },
  })
  const { id } = (await listed.json()) as { id: string }
  const upload = async (pdf: Uint8Array, more: Record<string, string> = {}) => {
    const body = new Uint8Array(pdf)
    const sent = { ...headers, 'content-type': 'application/pdf', ...more }
    const answer = await app.request(`/api/tickets/${id}/file`, { method: 'POST', headers: sent, body })
    const { code } = (await answer.json()) as { code?: string }
    return [answer.status, code ?? answer.headers.get('idempotency-replayed')]
  }
  const [{ pdf }, other] = [await newTicket(), await newTicket()]
  expect(await upload(pdf)).toEqual([201, null])
  expect(await upload(pdf)).toEqual([201, 'true'])
  expect(await upload(other.pdf)).toEqual([409, 'idempotency_key_reused'])
  expect(await upload(other.pdf, { 'idempotency-key': newId() })).toEqual([201, null])
})
