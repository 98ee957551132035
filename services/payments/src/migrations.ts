import { dropIndex, type Migration, renameFields } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'

/** Claims and pauses had fields of their own, with other names, before they became a lease. */
const leaseOf = (attempts: string, nextAttemptAt: string) => ({
  [attempts]: 'lease.attempts',
  [nextAttemptAt]: 'lease.nextAttemptAt',
})

const renamed = {
  payments: { ...leaseOf('looks', 'lookAt'), turn: 'keyGeneration' },
  payouts: { ...leaseOf('looks', 'lookAt'), turn: 'keyGeneration', round: 'transferAttempt' },
  disputes: leaseOf('looks', 'lookAt'),
  webhookEvents: leaseOf('attempts', 'dueAt'),
}

/** Renames fields of earlier releases, and drops the index that they claimed work by, before anything here leases work. */
export const migrationsOf = (db: Db): Migration[] =>
  Object.entries(renamed).flatMap(([collection, fields]) => [
    { name: `lease of ${collection}`, step: renameFields(db, collection, fields) },
    { name: `index before leases of ${collection}`, step: dropIndex(db, collection, 'due') },
  ])
