import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { ConnectionDropped, errorAnswer } from './errors.ts'

type App = {
  fetch(request: Request): Response | Promise<Response>
}

const maxBodyBytes = 1_000_000
const loopback = '127.0.0.1'

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer<ArrayBuffer> | undefined> => {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of incoming) {
    bytes += part.length
    if (bytes > maxBodyBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const requestOf = (incoming: IncomingMessage, body: Buffer<ArrayBuffer>): Request => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const method = incoming.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? loopback}`), {
    method,
    headers,
    ...(hasBody ? { body } : {}),
  })
}

const answer = async (outgoing: ServerResponse, response: Response) => {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}

const tooLarge = () => {
  const { status, body } = errorAnswer(413, {
    type: 'invalid_request_error',
    message: 'The request body is too large.',
  })
  return Response.json(body, { status })
}

/**
 * Serves the app, on loopback unless toResponse otherwise. On node:http, because a dropped connection needs the socket, which Bun.serve hides.
 * @throws when the port is taken.
 */
export const serve = async (app: App, port: number, host = loopback) => {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = await bodyOf(incoming)
      await answer(outgoing, body ? await app.fetch(requestOf(incoming, body)) : tooLarge())
    } catch (error) {
      if (!(error instanceof ConnectionDropped)) console.error(error)
      incoming.socket.destroy()
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    host,
    port: typeof address === 'object' && address ? address.port : port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}
