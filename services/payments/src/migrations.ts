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

type Done = { _id: string; at: Date }

/**
 * Gives documents of the version before the names of today. A replica of that version may still write while this one
 * starts, so it is done once a start has found nothing left to rename.
 */
export const renameFields = async (db: Db): Promise<void> => {
  const migrations = db.collection<Done>('migrations')
  const _id = 'rename fields'
  if (await migrations.findOne({ _id })) return
  let found = 0
  for (const [name, fields] of Object.entries(renamed)) {
    const documents = db.collection(name)
    const indexes = await documents.indexes().catch(() => [])
    if (indexes.some((index) => index.name === 'due')) await documents.dropIndex('due')
    const [attempts = ''] = Object.keys(fields)
    const { modifiedCount } = await documents.updateMany({ [attempts]: { $exists: true } }, { $rename: fields })
    found += modifiedCount
  }
  if (found === 0) await migrations.updateOne({ _id }, { $setOnInsert: { at: new Date() } }, { upsert: true })
}
