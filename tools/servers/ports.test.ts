import { afterAll, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { createPorts, whyNot } from './ports.ts'
import { spawnScript } from './testing/scripts.ts'

const ports = createPorts()
afterAll(ports.release)

const listenAnywhere = async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

test('a taken port is told in one sentence that names the port and the variable', async () => {
  const taken = await listenAnywhere()
  await expect(ports.exactly(taken, 'PORT')).rejects.toThrow(
    `Port ${taken} is taken by another program; end it, or choose another port with PORT=….`,
  )
})

// Guarantee: who lacks the right to a port is not sent to look for a program that has it.
test('a port that only an administrator may use is told as such', () => {
  for (const code of ['EACCES', 'EPERM']) expect(whyNot(80, 'PORT', code)).toContain('only by an administrator')
  for (const code of ['EADDRINUSE', undefined]) expect(whyNot(80, 'PORT', code)).toContain('taken by another program')
})

test('a preferred port that is taken is replaced by a free one', async () => {
  const taken = await listenAnywhere()
  expect(await ports.preferably(taken)).not.toBe(taken)
  const free = await ports.any()
  ports.release()
  expect(await ports.preferably(free)).toBe(free)
})

test('two runs that choose at the same moment share no port, though neither listens yet', async () => {
  const wanted = await Promise.all(Array.from({ length: 8 }, ports.any))
  ports.release()
  const script = `
    import { createPorts } from 'tools/servers/ports.ts'
    const ports = createPorts()
    const chosen = []
    for (const port of ${JSON.stringify(wanted)}) chosen.push(await ports.preferably(port))
    console.log(JSON.stringify(chosen))
    await Bun.sleep(2_000)`
  const runs = [spawnScript(script), spawnScript(script)]
  const chosen = await Promise.all(runs.map(async (run) => JSON.parse((await run.ended()).output)))
  expect(new Set(chosen.flat()).size).toBe(16)
})
