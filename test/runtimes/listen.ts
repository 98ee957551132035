// Listens, answers, and prints what its own requests saw: the peer, a header that was set, and how it ended.
import { connect } from 'node:net'
import { runtime } from '@fairpass/sdk/runtime'

const [certFile, keyFile] = process.argv.slice(2)
let aborted = 0
const server = runtime.listen({
  hostname: '127.0.0.1',
  port: 0,
  ...(certFile && keyFile && { tls: { certFile, keyFile } }),
  fetch: async (request, peer) => {
    request.signal.addEventListener('abort', () => aborted++)
    request.headers.set('traceparent', 'mine')
    const { pathname } = new URL(request.url)
    if (pathname === '/slow') await new Promise((resolve) => setTimeout(resolve, 300))
    return Response.json({ peer, traceparent: request.headers.get('traceparent'), body: await request.text() })
  },
})
const scheme = certFile ? 'https' : 'http'
const base = `${scheme}://127.0.0.1:${server.port}`
const send = async (path: string) => (await fetch(`${base}${path}`, { method: 'POST', body: 'hello' })).json()
const answer = await send('/')
/** The status line that a Host gets; fetch would not send it. */
const statusFor = (host: string) =>
  new Promise<string>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    )
    socket.once('data', (data) => resolve(data.toString().slice(9, 12)))
  })
const hosts = certFile ? [] : await Promise.all(['localhost', 'a b', 'localhost:1:2', '[::1'].map(statusFor))
const slow = send('/slow')
// Under way before it is asked to end.
await new Promise((resolve) => setTimeout(resolve, 100))
await server.stop()
const isRefused = await send('/').then(
  () => false,
  () => true,
)
await server.stop({ isForced: true })
console.log(JSON.stringify({ runtime: runtime.name, answer, slow: await slow, isRefused, aborted, hosts }))
process.exit(0)
