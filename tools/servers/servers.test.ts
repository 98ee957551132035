import { expect, test } from 'bun:test'
import { createPorts } from './ports.ts'
import { startProcess } from './process.ts'
import { findPart } from './programs/find.ts'
import { redisServer } from './servers.ts'
import { temporaryFolder } from './testing/scripts.ts'

const ports = createPorts()
const folder = temporaryFolder()
const keys = Array.from({ length: 200 }, (_, index) => `hold:${index}`)

// Promise 6. MongoDB's half is in sdk/src/service/run.test.ts, since it is each client that asks for it.
test('what Redis has acknowledged survives kill -9', async () => {
  const port = await ports.any()
  const spec = redisServer({ part: await findPart('redis-server'), dataDir: folder, port })
  const first = await startProcess(spec)
  const client = new Bun.RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false })
  await Promise.all(keys.map((key) => client.set(key, key)))
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  client.close()

  const second = await startProcess(spec)
  const again = new Bun.RedisClient(`redis://127.0.0.1:${port}`)
  const left = await Promise.all(keys.map((key) => again.get(key)))
  again.close()
  await second.stop()
  expect(left).toEqual(keys)
}, 60_000)
