import { afterAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { bun } from './bun.ts'

const server = bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async (request) => new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
})
afterAll(() => server.stop({ isForced: true }))

const answerTo = (lines: string[], body = '') =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
    socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)
  })

// Guarantee: nobody makes a server stumble over the Host that they send.
test.each(['a b', 'localhost:3900:1', '[::1', 'localhost:99999', 'a%b', '<x>', 'a\\b:x'])(
  'the Host %p is refused',
  async (host) => {
    expect(await answerTo(['GET / HTTP/1.1', `Host: ${host}`])).toStartWith('HTTP/1.1 400')
  },
)

test('who names no host, as HTTP/1.0 allows, is answered', async () => {
  expect(await answerTo(['GET /healthz?a=b HTTP/1.0'])).toEndWith('GET /healthz ')
  expect(await answerTo(['POST /things HTTP/1.0', 'Content-Length: 4'], 'body')).toEndWith('POST /things body')
})

test.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '[::1]:3000', 'evil.example', 'xn--bcher-kva.example'])(
  'the Host %p is answered',
  async (host) => {
    expect(await answerTo(['GET /x HTTP/1.1', `Host: ${host}`])).toEndWith('GET /x ')
  },
)
