import { parseArgs } from 'node:util'
import { runMoney } from './money.ts'

const help = `bun run chaos [--only money] [--seed N] [--purchases 2000] [--kills 8] [--at-once 32]
Buys and sells in a marketplace of its own while Stripe's double makes trouble and payments is killed, waits until all has
settled, and checks that the money adds up. The same seed decides the same purchases, faults and kills.`

const whole = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  console.error(`--${name} must be a whole number from ${min} to ${max}`)
  process.exit(64)
}

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: 'money' },
        seed: { type: 'string', default: `${crypto.getRandomValues(new Uint32Array(1))[0]}` },
        purchases: { type: 'string', default: '2000' },
        kills: { type: 'string', default: '8' },
        'at-once': { type: 'string', default: '32' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${help}`)
    process.exit(64)
  }
}

const given = readArguments()
if (given.help) {
  console.log(help)
  process.exit(0)
}
if (given.only !== 'money') {
  console.error(`--only ${given.only}: there is only money so far`)
  process.exit(64)
}

const seed = whole('seed', given.seed, 0, 2 ** 32 - 1)
const purchases = whole('purchases', given.purchases, 1, 1_000_000)
console.log(`seed ${seed}: bun run chaos --only money --seed ${seed} --purchases ${purchases}`)
const begun = performance.now()
const { isSettled, broken, ...told } = await runMoney(
  {
    seed,
    purchases,
    kills: whole('kills', given.kills, 0, 100),
    atOnce: whole('at-once', given['at-once'], 1, 100),
    settleWithinMs: 180_000,
  },
  (line) => console.log(line),
)
for (const [what, found] of Object.entries(told)) console.log(`${what}: ${JSON.stringify(found)}`)
for (const [invariant, wrong] of broken) {
  console.log(`${wrong.length === 0 ? 'holds ' : 'BROKEN'} ${invariant}`)
  for (const sentence of wrong.slice(0, 10)) console.log(`       ${sentence}`)
}
if (!isSettled) console.log('BROKEN some of it did not settle in time')
const failures = broken.filter(([, wrong]) => wrong.length > 0).length + (isSettled ? 0 : 1)
console.log(`${failures === 0 ? 'the money adds up' : `${failures} invariants are broken`}; seed ${seed}`)
console.log(`${Math.round((performance.now() - begun) / 1000)} s`)
process.exit(failures === 0 ? 0 : 1)
