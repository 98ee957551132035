import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createRequire } from 'node:module'
import { createServer, connect as openSocket, type Socket } from 'node:net'
import { testDatabase } from '@fairpass/servers/testing'

// Guarantee: no command outlives its connection. The driver (7.9) waited for ever where a connection ended as it wrote: its
// monitor never saw that member again, and whatever stands in a queue behind such a command never came. See ../../patches.

type Connection = { command: (ns: object, command: object, options: object) => Promise<unknown>; destroy: () => void }
const inside = createRequire(import.meta.url)
const { connect } = inside('mongodb/lib/cmap/connect.js')
const { HostAddress, ns } = inside('mongodb/lib/utils.js')

const command = ns('admin.$cmd')
const within = <T>(work: Promise<T>, ms: number) =>
  Promise.race([work.then(() => 'answered', String), Bun.sleep(ms).then(() => 'waits for ever')])

let port: number
let server: ReturnType<typeof createServer>
const clients: Socket[] = []
const open = async (): Promise<Connection> => {
  const { client } = await testDatabase()
  const { hosts: _, ...options } = client.options
  return connect({ ...options, hostAddress: HostAddress.fromString(`127.0.0.1:${port}`), credentials: undefined })
}

beforeAll(async () => {
  const [address] = (await testDatabase()).client.options.hosts
  server = createServer((client) => {
    clients.push(client)
    const upstream = openSocket({ port: address?.port ?? 0, host: '127.0.0.1' })
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => {})
  })
  port = await new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
})
afterAll(() => {
  for (const client of clients) client.destroy()
  server.close()
})

test('a command fails whose connection is closed as it is about to be written', async () => {
  const connection = await open()
  const asked = within(connection.command(command, { hello: 1 }, { socketTimeoutMS: 500 }), 3_000)
  connection.destroy()
  expect(await asked).toContain('closed')
})

test('a command fails whose connection is closed while it is written', async () => {
  const connection = await open()
  // Nobody reads on: more than the system's buffers hold is still to be written.
  const [reader] = clients.slice(-1)
  reader?.unpipe()
  reader?.pause()
  const much = { insert: 'notes', documents: [{ text: 'x'.repeat(12_000_000) }], $db: 'test' }
  const asked = within(connection.command(command, much, {}), 3_000)
  await Bun.sleep(50)
  connection.destroy()
  expect(await asked).toContain('closed')
})
