import { createRandom, type Random } from '../random.ts'

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const
const apps = [...services, 'web'] as const
/** Every process there is. */
export const victims = [
  ...apps,
  ...apps.map((name) => `${name}-daprd` as const),
  'mailbox',
  'placement',
  'mongod',
  'redis',
  'scheduler',
  'stripe',
] as const

export type Victim = (typeof victims)[number]
const parts = ['mongod', 'redis', 'stripe'] as const
const disks = ['mongod', 'redis', 'scheduler'] as const

/** One thing that goes wrong, for so long, and how long all is well after it. */
export type Fault = { forMs: number; quietMs: number } & (
  | { kind: 'kill' | 'freeze'; victim: Victim }
  | { kind: 'latency' | 'loss' | 'silence' | 'refusal'; part: (typeof parts)[number] }
  | { kind: 'partition' }
  | { kind: 'clock'; app: (typeof services)[number]; offMs: number }
  | { kind: 'disk'; disk: (typeof disks)[number] }
)

const weights = {
  kill: 6,
  freeze: 4,
  latency: 1,
  loss: 1,
  silence: 2,
  refusal: 1,
  partition: 1,
  clock: 2,
  disk: 2,
} as const
const fiveMinutesMs = 5 * 60_000
/** Long enough for refusals of more than ten seconds after a fault to be seen: for as long as they are excused, once more. */
const longQuietMs = 20_000

const oneFault = (random: Random): Fault => {
  const kind = random.weighted(weights)
  const times = {
    forMs: random.whole(1_000, 4_000),
    quietMs: random.chance(0.4) ? longQuietMs : random.whole(500, 3_000),
  }
  switch (kind) {
    case 'kill':
    case 'freeze':
      return { kind, victim: random.one(victims), ...times }
    case 'partition':
      return { kind, ...times, forMs: random.whole(4_000, 9_000) }
    case 'clock':
      return { kind, app: random.one(services), offMs: random.one([-fiveMinutesMs, fiveMinutesMs]), ...times }
    case 'disk':
      return { kind, disk: random.one(disks), ...times }
    default:
      return { kind, part: random.one(parts), ...times }
  }
}

/** What goes wrong, one after the other, decided by the seed alone. */
export function* faultsOf(seed: number): Generator<Fault, never> {
  const random = createRandom(seed)
  for (;;) yield oneFault(random)
}

/** Nobody may be refused for a clock that is wrong, nor for what only sends mails or tells sidecars of each other. */
export const isFelt = (fault: Fault): boolean =>
  fault.kind !== 'clock' && !('victim' in fault && ['mailbox', 'placement', 'scheduler'].includes(fault.victim))

export const nameOf = (fault: Fault): string => {
  if ('victim' in fault) return `${fault.kind} ${fault.victim}`
  if ('part' in fault) return `${fault.kind} of ${fault.part}`
  if (fault.kind === 'clock') return `clock of ${fault.app} ${fault.offMs > 0 ? 'ahead' : 'behind'}`
  return fault.kind === 'disk' ? `full disk of ${fault.disk}` : 'partition of the primary'
}
