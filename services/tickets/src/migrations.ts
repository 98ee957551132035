import { dropIndex, type Migration } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import { refoldSearch, searchFolding } from './refold-search.ts'

/** Indexes by which searches read before prices stood in the keys of all of them. */
const formerIndexes = ['all', 'city'].flatMap((family) =>
  ['soonest', 'cheapest', 'newest'].map((sort) => `${family}, ${sort}`),
)

/** What the version before this one stored in another shape, or needed. */
export const migrationsOf = (db: Db, now = () => new Date()): Migration[] => [
  { name: searchFolding, step: refoldSearch(db, now) },
  ...formerIndexes.map((name) => ({ name: `index ${name}`, isCleanUp: true, step: dropIndex(db, 'tickets', name) })),
]
