import { afterAll, expect, test } from 'bun:test'
import { type FaultyProxy, startProxy } from './proxy.ts'

// What the proxy promises, or the tests that stand on it prove nothing.

const stops: (() => unknown)[] = []
afterAll(() => {
  for (const stop of stops) stop()
})

const world = async (seed = 1): Promise<{ proxy: FaultyProxy; ask: (withinMs?: number) => Promise<string> }> => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('here') })
  const proxy = await startProxy({ targetPort: () => server.port ?? 0, seed })
  stops.push(proxy.stop, () => server.stop(true))
  const ask = async (withinMs = 3_000) =>
    fetch(`http://127.0.0.1:${proxy.port}/`, { signal: AbortSignal.timeout(withinMs), keepalive: false })
      .then((answer) => answer.text())
      .catch((error: Error) => error.name)
  return { proxy, ask }
}

test('without trouble everything passes, and each answer comes later by the latency', async () => {
  const { proxy, ask } = await world()
  expect(await ask()).toBe('here')
  proxy.set({ latencyMs: 300 })
  const begun = performance.now()
  expect(await ask()).toBe('here')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(295)
})

test('silence answers nothing and closes nothing; what comes after it works', async () => {
  const { proxy, ask } = await world()
  proxy.set({ isSilent: true })
  expect(await ask(200)).toBe('TimeoutError')
  proxy.set()
  expect(await ask()).toBe('here')
})

test('a refused connection fails at once', async () => {
  const { proxy, ask } = await world()
  proxy.set({ isRefused: true })
  const begun = performance.now()
  expect(await ask()).not.toBe('here')
  expect(performance.now() - begun).toBeLessThan(1_000)
})

test('about as many connections are lost as was asked for, and the same ones from the same seed', async () => {
  const lostOf = async (seed: number) => {
    const { proxy, ask } = await world(seed)
    proxy.set({ loss: 0.2 })
    for (let at = 0; at < 100; at++) await ask()
    return proxy.lost()
  }
  const [first, second] = [await lostOf(5), await lostOf(5)]
  expect(first).toBeGreaterThan(15)
  expect(first).toBeLessThan(65)
  expect(second).toBe(first)
})
