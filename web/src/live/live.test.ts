import { expect, test } from 'bun:test'
import { createSidecarRoutes } from './sidecar-routes.ts'
import { createStreams } from './stream.ts'
import { createTicketChanges, type TicketChange } from './ticket-changes.ts'

const appApiToken = 'what only the sidecar knows'
const at = new Date()
const change: TicketChange = { id: 't1', status: 'reserved', version: at.getTime() }

const world = () => {
  const changes = createTicketChanges()
  const streams = createStreams(changes)
  const routes = createSidecarRoutes({ appApiToken, changes })
  const watch = (ids: string) => streams.answer(new URL(`http://fairpass.invalid/live?ids=${ids}`))
  const deliver = (data: unknown, { time = at.toISOString(), token = appApiToken } = {}) =>
    routes(
      new Request('http://fairpass.invalid/events/ticket', {
        method: 'POST',
        headers: { 'dapr-api-token': token, 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({ id: 'e1', time, data }),
      }),
      '/events/ticket',
    )
  return { changes, streams, routes, watch, deliver }
}

const readerOf = (answer: Response) => {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  return {
    next: async () => {
      const { done, value } = await reader.read()
      return done ? undefined : new TextDecoder().decode(value)
    },
    leave: () => reader.cancel(),
  }
}

test('who watches a ticket is told of it, who watches another one is not', async () => {
  const { watch, deliver, streams } = world()
  const [mine, other] = [readerOf(watch('t1,t2')), readerOf(watch('t3'))]
  expect(await mine.next()).toStartWith('retry: ')
  await other.next()
  expect((await deliver(change))?.status).toBe(200)
  expect(await mine.next()).toBe(`event: ticket\ndata: ${JSON.stringify(change)}\n\n`)
  streams.endAll()
  expect(await other.next()).toBeUndefined()
})

test('a reader who leaves, and one who takes nothing, are forgotten', async () => {
  const { watch, changes, streams } = world()
  const left = readerOf(watch('t1'))
  await left.next()
  await left.leave()
  expect(changes.watched()).toBe(0)
  watch('t1')
  for (let count = 0; count < 100; count += 1) changes.publish({ ...change, version: count })
  expect([changes.watched(), streams.size()]).toEqual([0, 0])
})

test('only the sidecar is believed, and only what is new', async () => {
  const { routes, deliver, watch } = world()
  expect(await deliver(change, { token: 'forged' })).toBeUndefined()
  const subscribe = (headers: Record<string, string>) =>
    routes(new Request('http://fairpass.invalid/dapr/subscribe', { headers }), '/dapr/subscribe')
  expect(await subscribe({})).toBeUndefined()
  const topics: { topic: string }[] = await (await subscribe({ 'dapr-api-token': appApiToken }))?.json()
  expect(topics.map(({ topic }) => topic)).toContain('ticket.updated')
  const reader = readerOf(watch('t1'))
  await reader.next()
  expect((await deliver(change, { time: '2020-01-01T00:00:00Z' }))?.status).toBe(200)
  expect((await deliver({ id: 't1' }))?.status).toBe(200)
  await deliver({ ...change, status: 'sold' })
  expect(await reader.next()).toContain('sold')
})

test('what orders say of who holds a ticket is told, too, also when it comes in bulk', async () => {
  const { routes, watch } = world()
  const reader = readerOf(watch('t1,t2'))
  await reader.next()
  const entry = (entryId: string, ticketId: string, status: string) => ({
    entryId,
    event: { id: entryId, time: at.toISOString(), data: { id: 'o1', ticketId, status } },
  })
  const answer = await routes(
    new Request('http://fairpass.invalid/events/ticket', {
      method: 'POST',
      headers: { 'dapr-api-token': appApiToken },
      body: JSON.stringify({ entries: [entry('e1', 't1', 'completed'), entry('e2', 't2', 'cancelled')] }),
    }),
    '/events/ticket',
  )
  expect(await answer?.json()).toEqual({
    statuses: [
      { entryId: 'e1', status: 'SUCCESS' },
      { entryId: 'e2', status: 'SUCCESS' },
    ],
  })
  expect(await reader.next()).toContain('sold')
  expect(await reader.next()).toContain('available')
})

test('what is no list of tickets is refused', () => {
  const { watch } = world()
  for (const ids of ['', 'a,,b', '../x', Array.from({ length: 101 }, () => 'a').join(',')]) {
    expect(watch(encodeURIComponent(ids)).status).toBe(400)
  }
})
