import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessSpec } from '@fairpass/servers'
import { eventually, isRunning, temporaryFolder } from '@fairpass/servers/testing'
import { createProcessGroup, PortLost } from './process-group.ts'

const spec = (name: string, script: string, isReady = async () => false): ProcessSpec => ({
  name,
  command: ['sh', '-c', script],
  env: { PATH: process.env.PATH ?? '' },
  isReady,
})

const groupIn = (dataDir = temporaryFolder(), more: { explainAfterMs?: number } = {}) => {
  const said: string[] = []
  const group = createProcessGroup({
    dataDir,
    appIds: new Set(['shop']),
    say: (line) => said.push(line),
    onChange: () => {},
    ...more,
  })
  return { group, said, dataDir }
}

test('a process that does not stay up is told with the place of its log', async () => {
  const { group, said, dataDir } = groupIn()
  const shop = spec('shop', 'echo HOLD_SECONDS must be a number; exit 78')
  group.start(shop)
  const log = join(dataDir, 'logs', 'shop.log')
  await expect(group.untilReady(shop)).rejects.toThrow(`shop does not stay up; its output is in ${log}`)
  await group.stop()
  expect(readFileSync(log, 'utf8')).toContain('HOLD_SECONDS must be a number')
  expect(said).toContain('shop             HOLD_SECONDS must be a number')
})

test('what a process waits for is told once, while it goes on waiting', async () => {
  const { group, said, dataDir } = groupIn(temporaryFolder(), { explainAfterMs: 200 })
  const warning = JSON.stringify({ level: 40, msg: 'not prepared yet', err: { message: 'No FILE_KEY opens this' } })
  const refused = JSON.stringify({ level: 40, traceId: '3d2968ad', msg: 'This part is not available right now' })
  const begun = Date.now()
  const shop = spec('shop', `echo '${warning}'; echo '${refused}'; exec sleep 68`, async () => Date.now() - begun > 900)
  group.start(shop)
  await group.untilReady(shop)
  const log = join(dataDir, 'logs', 'shop.log')
  expect(said).toEqual([`shop is not ready yet (not prepared yet: No FILE_KEY opens this); its output is in ${log}`])
  await group.stop()
})

test('a process whose port was taken meanwhile is known as such, so that all can start on other ports', async () => {
  const { group } = groupIn()
  const shop = spec('shop', 'echo "error: listen EADDRINUSE: address already in use"; exit 1')
  group.start(shop)
  await expect(group.untilReady(shop)).rejects.toThrow(PortLost)
  await group.stop()
})

test('apps are ended before their sidecars, and these before the servers', async () => {
  const { group, dataDir } = groupIn()
  const ends = join(dataDir, 'ends')
  const names = ['redis', 'shop-daprd', 'shop']
  const script = (name: string) =>
    `trap 'sleep 0.05; echo ${name} >> ${ends}; exit 0' TERM; echo up; while :; do sleep 0.02; done`
  for (const name of names) group.start(spec(name, script(name)))
  const isUp = (name: string) => readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8').includes('up')
  expect(await eventually(() => names.every(isUp))).toBe(true)
  const pids = names.map((name) => group.pidOf(name) ?? 0)
  await group.stop()
  expect(readFileSync(ends, 'utf8')).toBe('shop\nshop-daprd\nredis\n')
  expect(pids.some(isRunning)).toBe(false)
})

test('the log of the run before is kept beside the new one', async () => {
  const dataDir = temporaryFolder()
  for (const text of ['first', 'second']) {
    const { group } = groupIn(dataDir)
    group.start(spec('shop', `echo ${text}; exec sleep 68`))
    expect(await eventually(() => readFileSync(join(dataDir, 'logs', 'shop.log'), 'utf8') === `${text}\n`)).toBe(true)
    await group.stop()
  }
  expect(readFileSync(join(dataDir, 'logs', 'shop.log.1'), 'utf8')).toBe('first\n')
})
