import { afterAll, expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { runScript, runtimeNames } from './scripts.ts'

const posts = 12
const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

/** A server that keeps each connection, and breaks it as soon as the second request on it has come whole. */
const startDroppingServer = async () => {
  const received: string[] = []
  const serve = (socket: Socket) => {
    let requests = 0
    let said = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1')
      // What a body of this test ends with.
      if (!said.includes('"whole"}')) return
      received.push(/POST \S+\/orders\/(\d+) /.exec(said)?.[1] ?? said)
      said = ''
      if (++requests === 1) socket.write(answer)
      else socket.destroy()
    })
  }
  const server = createServer(serve)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  afterAll(() => server.close())
  return { endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, received }
}

// Guarantee: what may charge somebody, or send a mail, is not repeated by the runtime when a kept connection breaks.
for (const runtime of runtimeNames)
  for (const as of ['service', 'gateway'])
    test(`a POST of a ${as} is sent once on ${runtime}`, async () => {
      const { endpoint, received } = await startDroppingServer()
      const answered = await runScript(runtime, ['send-posts.ts', as, endpoint, `${posts}`])
      expect(received).toEqual(Array.from({ length: posts }, (_, sent) => `${sent}`))
      // Connections were kept, or nothing would have been broken.
      expect(answered).toContain(true)
      expect(answered).toContain(false)
    })
