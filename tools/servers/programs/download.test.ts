import { afterAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { downloadVerified, SourceRefused } from './download.ts'

const program = new TextEncoder().encode('a program')
const sha256 = createHash('sha256').update(program).digest('hex')

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request) => {
    switch (new URL(request.url).pathname) {
      case '/good.tgz':
      case '/tampered.tgz':
        return new Response(program)
      case '/good.tgz.sha256':
        return new Response(`${sha256} *good.tgz\n`)
      case '/tampered.tgz.sha256':
        return new Response(`${'0'.repeat(64)} *tampered.tgz\n`)
      default:
        return new Response('not here', { status: 403 })
    }
  },
})
afterAll(() => server.stop(true))

test('what has the published checksum is taken', async () => {
  expect(await downloadVerified(`${server.url}good.tgz`, 'a program')).toEqual(Buffer.from(program))
})

test('what has another checksum is refused, and no other source is tried', async () => {
  const download = downloadVerified(`${server.url}tampered.tgz`, 'a program')
  await expect(download).rejects.toThrow(
    /^The checksum of tampered\.tgz is .* not 0{64} as published, so it is not used/,
  )
  await expect(download).rejects.not.toBeInstanceOf(SourceRefused)
})

test('a source that refuses or cannot be reached is told as such, so that the next is tried', async () => {
  await expect(downloadVerified(`${server.url}secret.tgz`, 'a program')).rejects.toThrow(SourceRefused)
  await expect(downloadVerified('http://127.0.0.1:1/none.tgz', 'a program')).rejects.toThrow(SourceRefused)
})
