import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { readBackend } from './backend.ts'
import { testFolder } from './folder.ts'

const containersAt = (socket: string) => readBackend({ TEST_SERVERS: 'containers', DOCKER_HOST: `unix://${socket}` })

const listenAt = (onConnection: (socket: { end(text: string): unknown }) => void) => {
  const path = join(testFolder(), 'docker.sock')
  const server = createServer(onConnection)
  return new Promise<{ path: string; [Symbol.dispose](): void }>((resolve) => {
    server.listen(path, () => resolve({ path, [Symbol.dispose]: () => void server.close() }))
  })
}

test('servers are plain processes unless told otherwise', async () => {
  expect(await readBackend({})).toEqual({ kind: 'processes' })
  expect(await readBackend({ TEST_SERVERS: 'processes' })).toEqual({ kind: 'processes' })
})

test('another word is refused, and never taken for the default', async () => {
  await expect(readBackend({ TEST_SERVERS: 'Containers' })).rejects.toThrow(
    'TEST_SERVERS is "Containers"; it must be "processes" or "containers".',
  )
})

test('containers need a Docker of this machine that answers', async () => {
  using docker = await listenAt((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK'))
  expect(await containersAt(docker.path)).toEqual({ kind: 'containers', socket: docker.path })
  await expect(containersAt('/nowhere')).rejects.toThrow('no Docker of this machine answers at /nowhere')
  await expect(readBackend({ TEST_SERVERS: 'containers', DOCKER_HOST: 'tcp://docker.example:2375' })).rejects.toThrow(
    'no Docker of this machine answers at tcp://docker.example:2375',
  )
})

test('a Docker that accepts and says nothing is given up after a second', async () => {
  using docker = await listenAt(() => {})
  const start = Date.now()
  await expect(containersAt(docker.path)).rejects.toThrow('no Docker of this machine answers')
  expect(Date.now() - start).toBeLessThan(3_000)
})
