import { readArguments, refuseUsage } from '../arguments.ts'
import { runMoney } from './money.ts'
import { runEverything } from './whole/run.ts'

const help = `bun run chaos [--seed N] [--minutes 3]
bun run chaos --only money [--seed N] [--purchases 2000] [--kills 8] [--at-once 32]
Buys and sells in a marketplace of its own while all that can fails: every process is killed and frozen, the network between
them is slow, lossy, silent or refused, a primary is cut off, clocks are wrong, disks are full, and Stripe's double makes
trouble. Waits until all has settled, and checks the money, the market, what people were promised, and what grew. With
"--only money" the trouble is Stripe's alone, and kills of payments. The same seed decides the same purchases and faults.`

const whole = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  return refuseUsage(`--${name} must be a whole number from ${min} to ${max}`)
}

const given = readArguments(
  {
    only: { type: 'string', default: 'everything' },
    seed: { type: 'string', default: `${crypto.getRandomValues(new Uint32Array(1))[0]}` },
    purchases: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '8' },
    'at-once': { type: 'string', default: '32' },
    minutes: { type: 'string', default: '3' },
  },
  help,
)
if (!['everything', 'money'].includes(given.only)) refuseUsage(`--only ${given.only}: there is only money`)

const seed = whole('seed', given.seed, 0, 2 ** 32 - 1)
const say = (line: string) => console.log(line)

const run = () => {
  if (given.only === 'everything') {
    const minutes = whole('minutes', given.minutes, 1, 10_000)
    say(`seed ${seed}: bun run chaos --seed ${seed} --minutes ${minutes}`)
    return runEverything({ seed, minutes, settleWithinMs: 240_000 }, say)
  }
  const purchases = whole('purchases', given.purchases, 1, 1_000_000)
  say(`seed ${seed}: bun run chaos --only money --seed ${seed} --purchases ${purchases}`)
  const [kills, atOnce] = [whole('kills', given.kills, 0, 100), whole('at-once', given['at-once'], 1, 100)]
  return runMoney({ seed, purchases, kills, atOnce, settleWithinMs: 180_000 }, say)
}

// Servers end with this process; disks are unmounted by what runs at its exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const begun = performance.now()
const { isSettled, broken, ...told } = await run()
for (const [what, found] of Object.entries(told)) say(`${what}: ${JSON.stringify(found)}`)
for (const [invariant, wrong] of broken) {
  say(`${wrong.length === 0 ? 'holds ' : 'BROKEN'} ${invariant}`)
  for (const sentence of wrong.slice(0, 10)) say(`       ${sentence}`)
}
if (!isSettled) say('BROKEN some of it did not settle in time')
const failures = broken.filter(([, wrong]) => wrong.length > 0).length + (isSettled ? 0 : 1)
say(
  `${failures === 0 ? `0 of ${broken.length} invariants are broken` : `${failures} invariants are broken`}; seed ${seed}`,
)
say(`${Math.round((performance.now() - begun) / 1000)} s`)
process.exit(failures === 0 ? 0 : 1)
