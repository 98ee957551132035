import { createLog } from '@fairpass/sdk/telemetry'
import { checkLedger } from '../../../services/payments/src/ledger/check.ts'
import { openLedger } from '../../../services/payments/src/ledger/store.ts'
import { type Arena, openArena, type Person } from '../arena.ts'
import { type Figure, type Measured, ratioOf, type Side } from '../figure.ts'
import { interleave, millisecondsOf, quantile, spreadOf } from '../interleave.ts'
import { fillLedger, fillListings } from './market.ts'

const small = 1_000
const large = Number(process.env.GROWTH_SIZE ?? 1_000_000)
const rounds = 5
const readsInRound = 20
const closedWithinMs = 300_000

type Market = { arena: Arena; size: number; seller: Person; admin: Person; check: () => Promise<unknown> }

/** Waits until the ledger's own loop has closed what was filled in behind its back. */
const untilClosed = async (arena: Arena): Promise<void> => {
  const { db, close } = await arena.database('payments')
  const deadline = Date.now() + closedWithinMs
  try {
    while (await db.collection('ledger').findOne({ closed: { $exists: false } })) {
      if (Date.now() > deadline) throw new Error(`the ledger was not closed within ${closedWithinMs / 1000} s`)
      await Bun.sleep(500)
    }
  } finally {
    await close()
  }
}

const fillMarket = async (arena: Arena, size: number): Promise<Market> => {
  const [[seller], [admin]] = [await arena.people(1), await arena.people(1, 'admin')]
  if (!seller || !admin) throw new Error('nobody is there')
  await arena.listTickets(1)
  const [tickets, payments] = [await arena.database('tickets'), await arena.database('payments')]
  await Promise.all([fillListings(tickets.db, size), fillLedger(payments.db, size, seller.id)])
  await tickets.close()
  await untilClosed(arena)
  const [ledger, log] = [openLedger(payments.db), createLog('bench', 'silent')]
  return { arena, size, seller, admin, check: () => checkLedger(ledger, log) }
}

const read = async (origin: string, path: string, person?: Person): Promise<string> => {
  const answer = await fetch(origin + path, {
    headers: person ? { authorization: `Bearer ${person.token}` } : {},
    signal: AbortSignal.timeout(30_000),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`)
  return text
}

/** Days that are so far from today, as filters. */
const inDays = (from: number, to: number): string => {
  const day = (days: number) => new Date(Date.now() + days * 24 * 3600_000).toISOString().slice(0, 10)
  return `&from=${day(from)}&to=${day(to)}`
}

/** Where the ninth page of a list begins, of a hundred each. */
const laterPage = async ({ arena }: Market): Promise<string> => {
  let cursor = ''
  for (let page = 1; page < 9; page++) {
    const answer = await read(arena.origin, `/api/tickets?limit=100${cursor ? `&cursor=${cursor}` : ''}`)
    cursor = (JSON.parse(answer) as { nextCursor: string }).nextCursor
  }
  return cursor
}
const laterPages = new Map<Market, Promise<string>>()

/** What is looked at, by everybody, by a seller and by an admin. */
const views: Record<string, (market: Market) => Promise<unknown>> = {}
const listed = (name: string, query: (size: number) => string) => {
  views[name] = ({ arena, size }) => read(arena.origin, `/api/tickets?limit=20${query(size)}`)
}
listed('soonest', () => '')
listed('cheapest', () => '&sort=cheapest')
listed('newest', () => '&sort=newest')
listed('a city', () => '&city=Wien')
listed('a city, cheapest', () => '&city=Wien&sort=cheapest')
listed('a price range', () => '&currency=eur&minPrice=10000&maxPrice=11000&sort=cheapest')
listed('a price range, soonest', () => '&currency=eur&minPrice=10000&maxPrice=11000')
listed('a price range, newest', () => '&currency=eur&minPrice=10000&maxPrice=11000&sort=newest')
listed('from a price on, soonest', () => '&currency=eur&minPrice=10000')
// As many pass in each market: forty.
listed('few prices, soonest', (size) => {
  const most = Math.max(10_001, 9_999 + Math.round((40 * 50_000) / size))
  return `&currency=eur&minPrice=10000&maxPrice=${most}`
})
listed('a price range in a city, soonest', () => '&currency=eur&minPrice=10000&maxPrice=11000&city=Wien')
listed('a price range in a city, newest', () => '&currency=eur&minPrice=10000&maxPrice=11000&city=Wien&sort=newest')
listed('a week', () => inDays(30, 36))
listed('a week, cheapest', () => `${inDays(30, 36)}&sort=cheapest`)
listed('a week, newest', () => `${inDays(30, 36)}&sort=newest`)
listed('a week in a city, cheapest', () => `${inDays(30, 36)}&city=Wien&sort=cheapest`)
listed('a week in a price range', () => `${inDays(30, 36)}&currency=eur&minPrice=10000&maxPrice=20000`)
listed('what is reserved', () => '&status=reserved')
listed('a common word', () => '&q=amber')
listed('the beginning of a word', () => '&q=amb')
listed('a common word, cheapest', () => '&q=amber&sort=cheapest')
listed('a common word, newest', () => '&q=amber&sort=newest')
listed('a common word in a price range', () => '&q=amber&currency=eur&minPrice=10000&maxPrice=30000')
listed('two words that are together', () => '&q=amber%20coral')
listed('two words that never are', () => '&q=amber%20birch')
listed('a common word in a city', () => '&q=amber&city=Wien')
listed('a word that one has', (size) => `&q=${size - 1}`)
listed('a word that nothing has', () => '&q=zzzzqq')
views['a later page'] = async (market) => {
  const cursor = laterPages.get(market) ?? laterPage(market)
  laterPages.set(market, cursor)
  return read(market.arena.origin, `/api/tickets?limit=20&cursor=${await cursor}`)
}
views['the home page'] = ({ arena }) => read(arena.origin, '/')
views['the home page, a word'] = ({ arena }) => read(arena.origin, '/?q=amber')
views['the sitemap'] = ({ arena }) => read(arena.origin, '/sitemap.xml')
views['a page of the sitemap'] = async ({ arena }) => {
  const [, last] =
    [...(await read(arena.origin, '/sitemap.xml')).matchAll(/sitemaps\/([\da-f]{24})\.xml/g)].at(-1) ?? []
  return read(arena.origin, `/sitemaps/${last ?? 'home'}.xml`)
}
views['the ledger check'] = ({ check }) => check()
views.accounts = ({ arena, admin }) => read(arena.origin, '/api/payments/accounts?limit=20', admin)
views.entries = ({ arena, admin }) => read(arena.origin, '/api/payments/entries?limit=20', admin)
views.earnings = ({ arena, seller }) => read(arena.origin, '/api/payments/earnings', seller)

const timesOf = async (view: () => Promise<unknown>): Promise<number[]> => {
  const times: number[] = []
  for (let nth = 0; nth < readsInRound; nth++) times.push(await millisecondsOf(view))
  return times
}

const compare = async (name: string, big: Market, little: Market) => {
  const view = views[name] ?? (async () => {})
  const { a, b } = await interleave({
    rounds,
    a: () => timesOf(() => view(big)),
    b: () => timesOf(() => view(little)),
  })
  const side = (what: string, measured: number[][]): Side => ({
    what: `${name}, ${what}`,
    unit: 'ms',
    spread: spreadOf(measured.map((times) => quantile(times, 0.5))),
  })
  const sides = [side(`${big.size}`, a), side(`${little.size}`, b)] as const
  const p99 = quantile(a.flat(), 0.99) / quantile(b.flat(), 0.99)
  return {
    sides: [...sides],
    ratios: [
      { what: `${name}, p50`, value: ratioOf(...sides) },
      { what: `${name}, p99`, value: p99 },
    ],
  }
}

/** Whether reading grows with the market: the same views at two markets, which take turns. */
export const growth: Figure = {
  name: 'growth',
  title: `views at a market of ${large} listings and ledger entries, against one of ${small}`,
  measure: async (arena) => {
    const beside = await openArena()
    try {
      const [little, big] = [await fillMarket(beside, small), await fillMarket(arena, large)]
      const measured: Measured = { ratios: [], sides: [], broken: [] }
      for (const name of Object.keys(views)) {
        const { sides, ratios } = await compare(name, big, little)
        measured.sides.push(...sides)
        measured.ratios.push(...ratios)
      }
      return measured
    } finally {
      await beside.close()
    }
  },
}
