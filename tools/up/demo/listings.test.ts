import { afterAll, beforeEach, expect, test } from 'bun:test'
import { temporaryFolder } from '@fairpass/servers/testing'
import { listDemoTickets } from './listings.ts'
import { demoTickets } from './tickets.ts'

// A marketplace that only remembers what is listed.

const folder = temporaryFolder()
let titles: string[] = []
/** The ids of those that have a file; an id is the place among the titles, from 1. */
let files: string[] = []
/** Called with each new listing; what it returns is waited for before the answer. */
let onListed: () => unknown = () => {}
/** The same for each new file. */
let onUploaded: () => unknown = () => {}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  routes: {
    '/api/users/signup': { POST: () => new Response(null, { status: 201 }) },
    '/api/tickets/mine': () => {
      const ids = titles.map((_, place) => `${place + 1}`)
      const withFile = (id: string) => (files.includes(id) ? { hasFile: true } : {})
      const tickets = ids.map((id, place) => ({ id, title: titles[place], status: 'available', ...withFile(id) }))
      return Response.json({ tickets })
    },
    '/api/tickets': {
      POST: async (request) => {
        const { title } = await request.json()
        titles.push(title)
        await onListed()
        return Response.json({ id: `${titles.length}` }, { status: 201 })
      },
    },
    '/api/tickets/:id/file': {
      POST: async (request) => {
        await onUploaded()
        files.push(request.params.id)
        return new Response(null, { status: 201 })
      },
    },
  },
})
const origin = `http://127.0.0.1:${server.port}`
const all = demoTickets.map(([title]) => title).sort()

afterAll(() => server.stop(true))
beforeEach(() => {
  titles = []
  files = []
  onListed = () => {}
  onUploaded = () => {}
})

test('every demo ticket has a title of its own, and is listed once however often it is asked for', async () => {
  expect(new Set(all).size).toBe(all.length)
  await listDemoTickets(origin, origin, folder)
  await listDemoTickets(origin, origin, folder)
  expect(titles.sort()).toEqual(all)
})

test('who ends it does not wait for the rest, and the next run lists what is missing', async () => {
  const abort = new AbortController()
  // The listing during which it is ended would never be answered.
  onListed = () => {
    if (titles.length < 3) return
    abort.abort()
    return new Promise(() => {})
  }
  await expect(listDemoTickets(origin, origin, folder, abort.signal)).rejects.toThrow()
  expect(titles.length).toBe(3)

  onListed = () => {}
  await listDemoTickets(origin, origin, folder)
  expect(titles.sort()).toEqual(all)
})

test('a listing that was ended before its file came gets it in the next run, and no other one twice', async () => {
  const abort = new AbortController()
  onUploaded = () => {
    abort.abort()
    return new Promise(() => {})
  }
  await expect(listDemoTickets(origin, origin, folder, abort.signal)).rejects.toThrow()
  expect([titles.length, files.length]).toEqual([1, 0])

  onUploaded = () => {}
  await listDemoTickets(origin, origin, folder)
  await listDemoTickets(origin, origin, folder)
  const everySecond = all.flatMap((_, place) => (place % 2 === 0 ? [`${place + 1}`] : []))
  expect(files).toEqual(everySecond)
})
