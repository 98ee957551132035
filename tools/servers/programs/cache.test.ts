import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, isRunning, spawnScript, temporaryFolder } from '../testing/scripts.ts'
import { cached, needSpaceInCache } from './cache.ts'

const folder = temporaryFolder()
const before = process.env.FAIRPASS_CACHE
beforeAll(() => {
  process.env.FAIRPASS_CACHE = folder
})
afterAll(() => {
  if (before === undefined) delete process.env.FAIRPASS_CACHE
  else process.env.FAIRPASS_CACHE = before
})

test('two runs that ask at once fill the cache once', async () => {
  const count = join(folder, 'count')
  const script = `
    import { appendFileSync, writeFileSync } from 'node:fs'
    import { cached } from 'tools/servers/programs/cache.ts'
    const folder = await cached('twice', async (partial) => {
      appendFileSync('${count}', 'x')
      await Bun.sleep(300)
      writeFileSync(partial + '/program', 'whole')
    })
    console.log(await Bun.file(folder + '/program').text())`
  const runs = [spawnScript(script), spawnScript(script)]
  for (const run of runs) expect((await run.ended()).output).toEndWith('whole\n')
  expect(readFileSync(count, 'utf8')).toBe('x')
})

test('an empty variable counts as none: parts are never kept beside where somebody happens to stand', async () => {
  const home = temporaryFolder()
  const script = `
    import { cached } from 'tools/servers/programs/cache.ts'
    console.log(await cached('part', async () => {}))`
  const env = { FAIRPASS_CACHE: '', XDG_CACHE_HOME: '', HOME: home }
  expect((await spawnScript(script, env).ended()).output.trim()).toBe(join(home, '.cache', 'fairpass', 'part'))
})

test('a fill that fails leaves nothing, and the next one starts from nothing', async () => {
  const failing = cached('broken', async (partial) => {
    writeFileSync(join(partial, 'half'), 'half')
    throw new Error('the line went dead')
  })
  await expect(failing).rejects.toThrow('the line went dead')
  await failing.catch(() => {})
  expect(readdirSync(folder).filter((name) => name.includes('broken') && !name.endsWith('.lock'))).toEqual([])
  const filled = await cached('broken', async (partial) => {
    expect(readdirSync(partial)).toEqual([])
    writeFileSync(join(partial, 'program'), 'whole')
  })
  expect(existsSync(join(filled, 'program'))).toBe(true)
})

test('a run that is interrupted while it fetches leaves nothing: no file and no process', async () => {
  const { child, output, ended } = spawnScript(
    `
    import { writeFileSync } from 'node:fs'
    import { cached } from 'tools/servers/programs/cache.ts'
    import { run } from 'tools/servers/programs/run.ts'
    import { stopSignal } from 'tools/up/processes/stop-signal.ts'
    const stop = stopSignal()
    const fetching = cached('interrupted', async (partial) => {
      writeFileSync(partial + '/half', 'half')
      await run(['sh', '-c', 'echo $$ >&2; sleep 67'], { timeoutMs: 60_000, onLine: console.log })
    })
    await Promise.race([fetching, stop.requested])
    process.exit(0)`,
  )
  expect(await eventually(() => output().includes('\n'))).toBe(true)
  const pid = Number(output())
  child.kill('SIGINT')
  expect((await ended()).code).toBe(0)
  expect(await eventually(() => !isRunning(pid))).toBe(true)
  expect(readdirSync(folder).filter((name) => name.includes('interrupted'))).toEqual(['interrupted.lock'])
})

test('a disk that is too small is told before the work, with what to do', () => {
  expect(() => needSpaceInCache(1e18, 'Building Dapr')).toThrow(
    /^Building Dapr for a while needs 1000000000\.0 GB of disk and .* has .* free; free some space, or choose a folder on another disk with FAIRPASS_CACHE=…\.$/,
  )
})
