import { join } from 'node:path'
import { createPorts } from '@fairpass/servers'
import type { Arena } from '../arena.ts'
import { type Figure, ratioOf, type Side } from '../figure.ts'
import { inParallel, interleave, ratePerSecond, spreadOf } from '../interleave.ts'

const rounds = 12
const pagesInRound = 200
const width = 8
/** Until the engine has compiled what a page runs through: before, both sides grow faster with every round. */
const pagesToWarm = 1500
const listed = 30
const readyWithinMs = 30_000
const web = join(import.meta.dir, '../../../web')

/** The same build beside the marketplace's, on constants in the place of its sidecar. */
const startConstant = async (listing: string) => {
  const ports = createPorts()
  const port = await ports.any()
  ports.release()
  const child = Bun.spawn([process.execPath, '--preload', join(import.meta.dir, 'constants.ts'), 'start.ts'], {
    cwd: web,
    env: { ...process.env, NODE_ENV: 'production', APP_PORT: `${port}`, PUBLIC_ORIGIN: '', CONSTANT_LISTING: listing },
    // Read and thrown away, as the marketplace reads what its own web app writes.
    stdout: 'pipe',
    stderr: 'inherit',
  })
  void child.stdout.pipeTo(new WritableStream())
  const origin = `http://127.0.0.1:${port}`
  const deadline = Date.now() + readyWithinMs
  while (
    !(await fetch(`${origin}/healthz`)
      .then(({ ok }) => ok)
      .catch(() => false))
  ) {
    if (Date.now() > deadline) throw new Error('the web app on constants did not start')
    await Bun.sleep(50)
  }
  return {
    origin,
    stop: async () => {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

const cardsIn = (html: string): number => html.split('class="card"').length - 1

const homePage = async (origin: string): Promise<string> => {
  const answer = await fetch(`${origin}/`)
  const html = await answer.text()
  if (answer.status !== 200) throw new Error(`${answer.status} ${html}`)
  return html
}

const askFor = (count: number, origin: string): Promise<void> =>
  inParallel(Array.from({ length: count }), width, async () => void (await homePage(origin)))

const pagesPerSecond = (origin: string): Promise<number> =>
  ratePerSecond(pagesInRound, () => askFor(pagesInRound, origin))

/** What it costs a page to show what is true rather than what is known beforehand. */
export const pages: Figure = {
  name: 'pages',
  title: 'home pages rendered by the web app from its services, against the same page from constants',
  measure: async (arena: Arena) => {
    await arena.listTickets(listed)
    const listing = await (await fetch(`${arena.origin}/api/tickets`)).text()
    const constant = await startConstant(listing)
    try {
      const broken: string[] = []
      const [real, same] = [cardsIn(await homePage(arena.origin)), cardsIn(await homePage(constant.origin))]
      if (real !== same || real === 0) broken.push(`one page shows ${real} tickets, the other ${same}`)
      for (const { origin } of [arena, constant]) await askFor(pagesToWarm, origin)
      const { a, b } = await interleave({
        rounds,
        a: () => pagesPerSecond(arena.origin),
        b: () => pagesPerSecond(constant.origin),
      })
      const side = (what: string, measured: number[]): Side => ({ what, unit: '1/s', spread: spreadOf(measured) })
      const [rendered, constants] = [side('pages from services', a), side('pages from constants', b)]
      return {
        ratios: [{ what: 'services for constants', value: ratioOf(rendered, constants) }],
        sides: [rendered, constants],
        broken,
      }
    } finally {
      await constant.stop()
    }
  },
}
