/** A program of this checkout on Bun, bundled into one file, and one more for the worker that it starts. */
export type BunImage = { kind: 'bun'; name: string; entry: string; worker?: string; title: string }
/** The web app as `vite build` leaves it. */
export type WebImage = { kind: 'web'; name: string; title: string }
/** A server that others publish images of, for machines that reach no registry. */
export type ServerImage = { kind: 'server'; name: string; part: 'mongod' | 'redis-server'; title: string }

export type Image = BunImage | WebImage | ServerImage

/** As a person says it, and `RUNTIME`. */
export const shortName = ({ name }: { name: string }) => name.replace('fairpass/', '')

/** What may run on another runtime than Bun. */
export const services = ['auth', 'tickets', 'orders', 'expiration', 'payments']

/** All that the overlays run, except Dapr. Names are as in the manifests, without a tag. */
export const images: readonly Image[] = [
  ...services.map((name) => ({
    kind: 'bun' as const,
    name: `fairpass/${name}`,
    entry: `services/${name}/src/main.ts`,
    ...(name === 'tickets' ? { worker: 'services/tickets/src/file/reader/worker.ts' } : {}),
    title: `The ${name} service of Fairpass`,
  })),
  { kind: 'web', name: 'fairpass/web', title: 'The web app of Fairpass, its one public origin' },
  {
    kind: 'bun',
    name: 'fairpass/stripe-double',
    entry: 'tools/stripe-double/main.ts',
    title: 'A double of Stripe for clusters without a key',
  },
  {
    kind: 'bun',
    name: 'fairpass/mailbox',
    entry: 'tools/mailbox/main.ts',
    title: 'A mailbox for clusters without a mail server',
  },
  {
    kind: 'bun',
    name: 'fairpass/replica-set',
    entry: 'k8s/replica-set/main.ts',
    title: 'Makes a lonely mongod a replica set of one',
  },
  { kind: 'server', name: 'fairpass/mongod', part: 'mongod', title: 'MongoDB for the test cluster' },
  { kind: 'server', name: 'fairpass/redis', part: 'redis-server', title: 'Redis for the test cluster' },
]
