import { now as timeNow } from '@fairpass/sdk/clock'
import { counter, type GaugeCollector, gauge } from '@fairpass/sdk/telemetry'
import type { Mails } from './store.ts'

const mailsOwed = gauge('mails_owed', { help: 'Mails that are owed and not sent yet, counted up to a thousand' })

const mailsDueOldestSeconds = gauge('mails_due_oldest_seconds', {
  help: 'How long ago the next attempt of a mail was due that nobody has made',
})

/** How attempts at mails ended: sent, later (tried again), given_up, refused, withheld. */
export const mailsTotal = counter('mails_total', {
  help: 'Attempts at mails by their outcome: sent, later (tried again), given_up, refused, withheld',
  labels: ['outcome'],
})

/** What waits to be sent, and whether anybody sends it. */
export const mailGauges = (mails: Pick<Mails, 'backlog'>): GaugeCollector => ({
  name: 'mails',
  read: async () => {
    const now = timeNow()
    const { count, dueSince } = await mails.backlog(now)
    mailsOwed.set(count)
    mailsDueOldestSeconds.set(dueSince ? (now.getTime() - dueSince.getTime()) / 1000 : 0)
  },
  reset: () => {
    mailsOwed.remove()
    mailsDueOldestSeconds.remove()
  },
})
