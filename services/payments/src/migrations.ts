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

/** Gives documents of the version before the names of today. Doing it again changes nothing. */
export const renameFields = async (db: Db): Promise<void> => {
  for (const [name, fields] of Object.entries(renamed)) {
    const documents = db.collection(name)
    const indexes = await documents.indexes().catch(() => [])
    if (indexes.some((index) => index.name === 'due')) await documents.dropIndex('due')
    const [attempts = ''] = Object.keys(fields)
    await documents.updateMany({ [attempts]: { $exists: true } }, { $rename: fields })
  }
}
