import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer } from 'node:tls'

type Options = { certFile: string; keyFile: string; to: number }

/** TLS ends here; what came through it goes on to a port of this machine. */
export const startTlsProxy = async ({ certFile, keyFile, to }: Options) => {
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (outside) => {
    const inside = connect(to, '127.0.0.1')
    outside.pipe(inside).pipe(outside)
    // Either end closes the other; who does not trust the certificate leaves at once.
    outside.on('error', () => inside.destroy()).on('close', () => inside.destroy())
    inside.on('error', () => outside.destroy()).on('close', () => outside.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    endpoint: `https://localhost:${typeof address === 'object' ? address?.port : 0}`,
    stop: () => server.close(),
  }
}
