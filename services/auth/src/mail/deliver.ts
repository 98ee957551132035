import type { Log } from '@fairpass/sdk/telemetry'
import { asked, categoryOf, hourlyMost, isLinked, type LinkedKind, linkPaths } from './kinds.ts'
import { type Category, compose, type Language } from './letter.ts'
import { writeLetter } from './letters.ts'
import { type Mail, messageIdOf } from './mail.ts'
import { mailsTotal } from './metrics.ts'
import type { SmtpSender } from './smtp.ts'
import type { Mails } from './store.ts'

/** Who a mail goes to, as things are when it is sent. */
export type Addressee = {
  userId?: string | undefined
  email: string
  language: Language
  /** what they switched off */
  off: readonly Category[]
  /** the address was refused by its own server */
  isBounced: boolean
}

export type Deps = {
  mails: Mails
  sender: Pick<SmtpSender, 'send'>
  log: Log
  publicOrigin: string
  /** undefined: there is nobody, and nothing is sent */
  findAddressee: (mail: Mail) => Promise<Addressee | undefined>
  markBounced: (userId: string, email: string) => Promise<void>
  /** The token for the link of a mail, good from now; undefined when it was used, or is of no use any more. */
  openToken: (mail: Mail & { kind: LinkedKind }, addressee: Addressee) => Promise<string | undefined>
  unsubscribeTokenOf: (userId: string, category: Category, searchId?: string) => string
  now?: () => Date
  /** how many are sent at once */
  concurrency?: number
  /** the most that one person gets in an hour */
  hourlyLimit?: number
}

const hourMs = 3_600_000
const batch = 200
/** How long the server is left alone after it did not answer. */
const restMs = 2_000

/** Sends what is due. */
export const createDelivery = (deps: Deps) => {
  const { mails, sender, log, publicOrigin, now = () => new Date(), concurrency = 4, hourlyLimit = 30 } = deps
  let restsUntil = 0

  /** When a person who has had enough for now may get this one; `never` where there are enough of its kind. */
  const heldBack = async (mail: Mail, at: Date): Promise<Date | 'never' | undefined> => {
    const since = new Date(at.getTime() - hourMs)
    const most = hourlyMost[mail.kind]
    if (most !== undefined && (await mails.sentBefore(mail.person, most, since, mail.kind))) return 'never'
    const full = await mails.sentBefore(mail.person, hourlyLimit, since)
    return full && new Date(full.getTime() + hourMs)
  }

  const linkOf = async (mail: Mail, addressee: Addressee): Promise<string | undefined> => {
    const { kind } = mail
    if (!isLinked(kind)) return ''
    const token = await deps.openToken({ ...mail, kind }, addressee)
    return token && `${publicOrigin}${linkPaths[kind]}?token=${token}`
  }

  const unsubscribeOf = ({ kind, data }: Mail, { userId }: Addressee) => {
    const category = categoryOf[kind]
    if (!category || !userId) return undefined
    const searchId = kind === 'search-digest' ? String(data.searchId) : undefined
    const token = deps.unsubscribeTokenOf(userId, category, searchId)
    return `${publicOrigin}/unsubscribe?token=${token}`
  }

  const isUnwanted = ({ kind }: Mail, { off, isBounced }: Addressee) => {
    const category = categoryOf[kind]
    return (isBounced && !asked.has(kind)) || (category !== undefined && off.includes(category))
  }

  const send = async (mail: Mail, addressee: Addressee, link: string) => {
    const { language, email } = addressee
    const { letter, footer, unsubscribe: off } = writeLetter({ ...mail, language, publicOrigin, link })
    const unsubscribe = unsubscribeOf(mail, addressee)
    const frame = {
      language,
      publicOrigin,
      footer,
      unsubscribe: unsubscribe ? { href: unsubscribe, text: off } : undefined,
    }
    return sender.send({
      ...compose(letter, frame),
      to: email,
      messageId: messageIdOf(mail.cause, publicOrigin),
      unsubscribeUrl: unsubscribe,
    })
  }

  const withhold = async (mail: Mail): Promise<void> => {
    await mails.withhold(mail)
    mailsTotal.inc({ outcome: 'withheld' })
  }

  const deliver = async (mail: Mail): Promise<void> => {
    const line = { mailId: mail.id, kind: mail.kind, attempts: mail.attempts }
    const addressee = await deps.findAddressee(mail)
    if (!addressee || isUnwanted(mail, addressee)) return withhold(mail)
    const held = await heldBack(mail, now())
    if (held === 'never') return withhold(mail)
    if (held) return void (await mails.postpone(mail, now(), held))
    const link = await linkOf(mail, addressee)
    if (link === undefined) return withhold(mail)

    const outcome = await send(mail, addressee, link)
    if (outcome.kind === 'sent') {
      await mails.sent(mail, now())
      mailsTotal.inc({ outcome: 'sent' })
      log.info(line, 'mail sent')
    } else if (outcome.kind === 'later') {
      if (outcome.isServerAway) restsUntil = now().getTime() + restMs
      const until = await mails.postpone(mail, now())
      mailsTotal.inc({ outcome: until ? 'later' : 'given_up' })
      const said = { ...line, reason: outcome.reason }
      if (until) log.warn(said, 'mail not sent; trying again')
      else log.error(said, 'mail given up')
    } else {
      await mails.refuse(mail)
      mailsTotal.inc({ outcome: 'refused' })
      if (outcome.kind === 'refused' && addressee.userId) await deps.markBounced(addressee.userId, addressee.email)
      log.warn({ ...line, reason: outcome.reason }, 'mail refused for good')
    }
  }

  const deliverOrPostpone = async (mail: Mail): Promise<void> => {
    try {
      await deliver(mail)
    } catch (error) {
      // A mail that cannot even be written waits like any other.
      await mails.postpone(mail, now())
      throw error
    }
  }

  /** One after the other until nothing is due. */
  const work = async (left: { count: number }): Promise<void> => {
    while (left.count-- > 0 && now().getTime() >= restsUntil) {
      const mail = await mails.claim(now())
      if (!mail) return
      await deliverOrPostpone(mail)
    }
  }

  return {
    /** Sends what is due now, at most two hundred mails. @returns `more` when there may be others */
    run: async (): Promise<'more' | undefined> => {
      if (now().getTime() < restsUntil) return 'more'
      const first = await mails.claim(now())
      if (!first) return undefined
      const left = { count: batch - 1 }
      const others = Array.from({ length: concurrency - 1 }, () => work(left))
      const ended = await Promise.allSettled([deliverOrPostpone(first).then(() => work(left)), ...others])
      const failed = ended.find((one) => one.status === 'rejected')
      if (failed) throw failed.reason
      return 'more'
    },
  }
}
