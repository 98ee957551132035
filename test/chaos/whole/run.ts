import { testFolder } from '@fairpass/servers/testing'
import { eventually } from '../../eventually.ts'
import { createClocks } from '../../faults/clocks.ts'
import { missingOf, untilNothingIsMissing } from '../../faults/promises.ts'
import { keepBuying, openShop, type Shop } from '../../faults/shop.ts'
import { startWorld, type World } from '../../faults/world.ts'
import type { Refusal } from '../client.ts'
import { openEvidence } from '../evidence.ts'
import { checkInvariants } from '../invariants.ts'
import { chaosEnv, count, openPurchases, settled } from '../money.ts'
import type { Outcome } from '../outcome.ts'
import { planOf } from '../plan.ts'
import { unforeseenErrors } from './log-lines.ts'
import { sampleEveryMs, sampleOn, takeLastSample, tellLeaders } from './observe.ts'
import { brokenPromises, openPeople, type Promised } from './people.ts'
import { type Sample, takeSample } from './sample.ts'
import { type Fault, faultsOf, isFelt, nameOf } from './schedule.ts'
import { createStriker } from './strike.ts'
import { growthIn, isExcused, judgedMs, leftIn, type Span, takenIn } from './watch.ts'

type EverythingRun = { seed: number; minutes: number; settleWithinMs: number }
type Progress = (line: string) => void

const buyersAtOnce = 6
/** They wait for most of their time. */
const afterwardsAtOnce = 24
const plansAMinute = 400
/** Shows begin before the end of the run: what follows a sale belongs into the trouble, too. */
const sellingShare = 0.7

/** Faults one after the other, until told to stop. */
const strikeOn = (world: World, clocks: ReturnType<typeof createClocks>, seed: number, progress: Progress) => {
  const { strike, untilOver } = createStriker(world, clocks)
  const struck: string[] = []
  const wrong: string[] = []
  const spans: Span[] = []
  const ending: Promise<void>[] = []
  let isOver = false
  const noteWrong = (fault: Fault) => (error: unknown) => {
    wrong.push(`${nameOf(fault)}: ${error}`)
  }
  const end = async (fault: Fault, span: Span) => {
    await untilOver(fault).catch(noteWrong(fault))
    span.to = performance.now()
  }
  const striking = (async () => {
    for (const fault of faultsOf(seed)) {
      if (isOver) return
      const span = { from: performance.now(), to: Number.POSITIVE_INFINITY }
      if (isFelt(fault)) spans.push(span)
      progress(`${Math.round(span.from / 1000)} s: ${nameOf(fault)}`)
      struck.push(nameOf(fault))
      await strike(fault).catch(noteWrong(fault))
      ending.push(end(fault, span))
      await Bun.sleep(fault.quietMs)
    }
  })()
  return {
    struck,
    wrong,
    spans,
    stop: async () => {
      isOver = true
      await striking
      clocks.set({})
      for (const proxy of [...world.members.map(({ proxy }) => proxy), ...Object.values(world.proxies)]) proxy.set()
      for (const disk of Object.values(world.disks)) disk?.empty()
      await Promise.all(ending)
    },
  }
}

type Reading = Awaited<ReturnType<typeof openEvidence>>
type Purchases = Awaited<ReturnType<typeof openPurchases>>

/** Purchases of every kind until the time is over, then what follows them; all by people with patience. */
const buyOn = async ({ buy, afterwards }: Purchases, run: EverythingRun, evidence: Reading) => {
  const until = performance.now() + run.minutes * 60_000 * sellingShare
  const plans = planOf({ seed: run.seed, purchases: run.minutes * plansAMinute, kills: 0 }).values()
  const outcomes: Outcome[] = []
  const failed: string[] = []
  const each = async <T>(
    all: Iterable<T>,
    atOnce: number,
    work: (one: T) => Promise<unknown>,
    isOver = () => false,
  ) => {
    const worker = async () => {
      for (const one of all) {
        if (isOver()) return
        await work(one).catch((error) => failed.push(String(error)))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }
  await each(
    plans,
    buyersAtOnce,
    async (plan) => outcomes.push(await buy(plan)),
    () => performance.now() > until,
  )
  // Faults go on meanwhile.
  await eventually(evidence.beginShows, () => true, run.settleWithinMs)
  const later: string[] = []
  await each(outcomes.values(), afterwardsAtOnce, async (outcome) => later.push(await afterwards(outcome)))
  return { outcomes, later, failed }
}

const lateRefusals = ({ answers }: Shop, spans: readonly Span[]): string[] =>
  answers
    .filter(({ status, at, ms }) => (status === 0 || status >= 500) && !isExcused(spans, at + ms))
    .map(({ what, status, code, ms, at }) => `${what}: ${status} ${code} after ${ms} ms, at ${Math.round(at / 1000)} s`)

/** Whoever is refused has to read that it is for a moment, and for how long; a 500 is never right. */
const unclearRefusals = (refusals: readonly Refusal[]): string[] =>
  refusals
    .filter(({ status, isRetryable }) => status >= 500 && (status !== 503 || !isRetryable))
    .map(
      ({ what, status, code, isRetryable }) =>
        `${what}: ${status} ${code}${isRetryable ? '' : ', without Retry-After'}`,
    )

const unsettledPeople = async (world: World, promised: Promised, withinMs: number) => {
  const deadline = Date.now() + withinMs
  for (;;) {
    const broken = await brokenPromises(world, promised)
    if (Object.values(broken).every((wrong) => wrong.length === 0) || Date.now() > deadline) return broken
    await Bun.sleep(1_000)
  }
}

type Opened = { world: World; clocks: ReturnType<typeof createClocks>; jwtKey: string }

const openWorld = async ({ seed }: EverythingRun, progress: Progress): Promise<Opened> => {
  const jwtKey = `chaos ${crypto.randomUUID()}`
  const clocks = createClocks(testFolder())
  const disks = process.getuid?.() === 0 ? (['mongod', 'redis', 'scheduler'] as const) : []
  if (disks.length === 0) progress('disks are not filled: only root may mount small ones')
  const env = { ...chaosEnv(jwtKey), ...clocks.env }
  return { world: await startWorld({ env, members: 3, disks, seed }), clocks, jwtKey }
}

/** Everybody buys amid faults, until the time is over and all is well again. */
const trade = async ({ world, clocks, jwtKey }: Opened, run: EverythingRun, evidence: Reading, progress: Progress) => {
  const plans = planOf({ seed: run.seed, purchases: run.minutes * plansAMinute, kills: 0 })
  const refusals: Refusal[] = []
  const purchases = await openPurchases(world, jwtKey, plans, (refusal) => refusals.push(refusal))
  const [shop, people] = [openShop(world.origin, jwtKey), openPeople(world)]
  const faults = strikeOn(world, clocks, run.seed, progress)
  const sampling = sampleOn(world)
  const leaders = tellLeaders(world, progress)
  let isOver = false
  const stopShop = keepBuying(shop, 1)
  const peopling = people.goOn(() => isOver).catch((error) => faults.wrong.push(`people: ${error}`))
  const begun = performance.now()
  const until = begun + run.minutes * 60_000
  const bought = await buyOn(purchases, run, evidence)
  // Those without patience and those with accounts go on, and so do the faults.
  await Bun.sleep(Math.max(0, until - performance.now()))
  isOver = true
  await faults.stop()
  await Promise.all([stopShop(), peopling, sampling.stop(), leaders.stop()])
  await world.untilReady()
  const judged = judgedMs(faults.spans, { from: begun, to: performance.now() })
  return {
    shop,
    faults,
    judgedSeconds: Math.round(judged / 1_000),
    samples: sampling.samples,
    promised: people.promised,
    refusals,
    ...bought,
  }
}

/** Longer than an idle connection is kept. */
const calmWithinMs = 100_000

/** What grew, and does not shrink again in calm: connections of a peak are closed when they have been idle for a while. */
const grownIn = async (world: World, samples: readonly Sample[]): Promise<string[]> => {
  const deadline = Date.now() + calmWithinMs
  for (;;) {
    const grown = growthIn([...samples, await takeSample(world)])
    if (grown.length === 0 || Date.now() > deadline) return grown
    await Bun.sleep(sampleEveryMs)
  }
}

/** All that can fail, mixed from one seed, over purchases, coupons, refunds, disputes, bans, hand-overs and mails. */
export const runEverything = async (run: EverythingRun, progress: Progress) => {
  const opened = await openWorld(run, progress)
  const { world } = opened
  const evidence = await openEvidence(world)
  try {
    const traded = await trade(opened, run, evidence, progress)
    const { shop, faults, later, promised } = traded
    progress('all is well again; settling')
    const disputes = later.filter((what) => what.startsWith('dispute ')).length
    // Some paid for a show while it was about to begin, and had to wait for the money to be taken.
    const look = () => evidence.beginShows().then(() => evidence.unsettled(disputes))
    const isSettled = await settled(look, run.settleWithinMs, progress)
    await untilNothingIsMissing(world, shop, run.settleWithinMs).catch(() => {})
    const missing = Object.entries(await missingOf(world, shop)).flatMap(([what, n]) => (n ? [`${n} ${what}`] : []))
    const kept = await unsettledPeople(world, promised, run.settleWithinMs)
    const held = await evidence.collect()
    const last = await takeLastSample(world, run.settleWithinMs)
    const others: Record<string, string[]> = {
      'what was acknowledged is there, once': missing,
      'no refusal later than ten seconds after a fault': lateRefusals(shop, faults.spans),
      'each refusal is a 503 that says when to ask again': unclearRefusals([...traded.refusals, ...shop.answers]),
      'nothing that nobody foresaw is logged': await unforeseenErrors(world.dataDir),
      'each request of somebody with patience is answered in the end': traded.failed,
      'everything that was struck came back': faults.wrong,
      'nothing grows for ever': await grownIn(world, traded.samples),
      'nothing is left over': leftIn(last),
    }
    return {
      isSettled,
      broken: Object.entries({ ...checkInvariants(held), ...kept, ...others }),
      faults: count(faults.struck),
      ...countAll(traded),
      orders: count(held.orders.map(({ status }) => status)),
      payments: count(held.payments.map(({ status }) => status)),
      payouts: count(held.payouts.map(({ status }) => status)),
      ...toldOf(last),
      'from half a minute on': takenIn([...traded.samples, last]),
    }
  } finally {
    await evidence.close()
    await world.stop()
  }
}

const toldOf = ({ processes: _processes, ...others }: Sample) => ({ 'at the end': others })

const countAll = ({ outcomes, shop, promised, later, judgedSeconds }: Awaited<ReturnType<typeof trade>>) => ({
  'seconds in which no refusal is excused': judgedSeconds,
  purchases: outcomes.length,
  'strict purchases': shop.acknowledged.paid.size,
  people: { sales: promised.sold.length, bans: promised.banned.length },
  'strict answers': count(shop.answers.map(({ status, code }) => `${status} ${code}`.trim())),
  afterwards: count(later),
})
