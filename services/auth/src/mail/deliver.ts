import { now as timeNow } from '@fairpass/sdk/clock'
import type { Log } from '@fairpass/sdk/telemetry'
import { asked, categoryOf, hourlyMost, isLinked, type LinkedKind, linkPaths } from './kinds.ts'
import { type Category, compose, type Language } from './letter.ts'
import { writeLetter } from './letters.ts'
import { type Mail, messageIdOf } from './mail.ts'
import { mailsTotal } from './metrics.ts'
import type { Outcome, SmtpSender } from './smtp.ts'
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

const isUnwanted = ({ kind }: Mail, { off, isBounced }: Addressee): boolean => {
  const category = categoryOf[kind]
  return (isBounced && !asked.has(kind)) || (category !== undefined && off.includes(category))
}

/** Writes a mail and hands it to the mail server. */
const createPost = ({ sender, publicOrigin, openToken, unsubscribeTokenOf }: Deps) => {
  const unsubscribeOf = ({ kind, data }: Mail, { userId }: Addressee) => {
    const category = categoryOf[kind]
    if (!category || !userId) return undefined
    const searchId = kind === 'search-digest' ? String(data.searchId) : undefined
    const token = unsubscribeTokenOf(userId, category, searchId)
    return `${publicOrigin}/unsubscribe?token=${token}`
  }

  return {
    /** The link of a mail that has one of its own; undefined when it is of no use any more. */
    linkOf: async (mail: Mail, addressee: Addressee): Promise<string | undefined> => {
      const { kind } = mail
      if (!isLinked(kind)) return ''
      const token = await openToken({ ...mail, kind }, addressee)
      return token && `${publicOrigin}${linkPaths[kind]}?token=${token}`
    },

    send: async (mail: Mail, addressee: Addressee, link: string): Promise<Outcome> => {
      const { language, email } = addressee
      const { letter, footer, unsubscribe: off } = writeLetter({ ...mail, language, publicOrigin, link })
      const href = unsubscribeOf(mail, addressee)
      const frame = { language, publicOrigin, footer, unsubscribe: href ? { href, text: off } : undefined }
      return sender.send({
        ...compose(letter, frame),
        to: email,
        messageId: messageIdOf(mail.cause, publicOrigin),
        unsubscribeUrl: href,
      })
    },
  }
}

/** What becomes of a mail once the server has answered. @returns whether the server is to be left alone for a while */
const createBookkeeping = ({ mails, log, markBounced }: Deps, now: () => Date) => {
  const count = (outcome: string) => mailsTotal.inc({ outcome })
  return {
    /** It is not sent at all. */
    withhold: async (mail: Mail): Promise<false> => {
      await mails.withhold(mail)
      count('withheld')
      return false
    },

    book: async (mail: Mail, { userId, email }: Addressee, outcome: Outcome): Promise<boolean> => {
      const line = { mailId: mail.id, kind: mail.kind, attempts: mail.attempts }
      if (outcome.kind === 'sent') {
        await mails.sent(mail, now())
        count('sent')
        log.info(line, 'mail sent')
        return false
      }
      const said = { ...line, reason: outcome.reason }
      if (outcome.kind === 'later') {
        const until = await mails.postpone(mail, now())
        count(until ? 'later' : 'given_up')
        if (until) log.warn(said, 'mail not sent; trying again')
        else log.error(said, 'mail given up')
        return outcome.isServerAway === true
      }
      await mails.refuse(mail)
      count('refused')
      if (outcome.kind === 'refused' && userId) await markBounced(userId, email)
      log.warn(said, 'mail refused for good')
      return false
    },
  }
}

/** When a person who has had enough for now may get this one; `never` where there are enough of its kind. */
const createHourlyBound =
  ({ mails, hourlyLimit = 30 }: Deps) =>
  async (mail: Mail, at: Date): Promise<Date | 'never' | undefined> => {
    const since = new Date(at.getTime() - hourMs)
    const most = hourlyMost[mail.kind]
    if (most !== undefined && (await mails.sentBefore(mail.person, most, since, mail.kind))) return 'never'
    const full = await mails.sentBefore(mail.person, hourlyLimit, since)
    return full && new Date(full.getTime() + hourMs)
  }

/** One mail from being due to what came of it. @returns whether the server is to be left alone for a while */
const createAttempt = (deps: Deps, now: () => Date) => {
  const { mails, findAddressee } = deps
  const { linkOf, send } = createPost(deps)
  const { withhold, book } = createBookkeeping(deps, now)
  const heldBack = createHourlyBound(deps)

  const attempt = async (mail: Mail): Promise<boolean> => {
    const addressee = await findAddressee(mail)
    if (!addressee || isUnwanted(mail, addressee)) return withhold(mail)
    const held = await heldBack(mail, now())
    if (held === 'never') return withhold(mail)
    if (held) {
      await mails.postpone(mail, now(), held)
      return false
    }
    const link = await linkOf(mail, addressee)
    return link === undefined ? withhold(mail) : book(mail, addressee, await send(mail, addressee, link))
  }

  return async (mail: Mail): Promise<boolean> => {
    try {
      return await attempt(mail)
    } catch (error) {
      // A mail that cannot even be written waits like any other.
      await mails.postpone(mail, now())
      throw error
    }
  }
}

/** Sends what is due. */
export const createDelivery = (deps: Deps) => {
  const { mails, now = timeNow, concurrency = 4 } = deps
  const attempt = createAttempt(deps, now)
  let restsUntil = 0

  const deliver = async (mail: Mail): Promise<void> => {
    if (await attempt(mail)) restsUntil = now().getTime() + restMs
  }

  /** One after the other until nothing is due. */
  const work = async (left: { count: number }): Promise<void> => {
    while (left.count-- > 0 && now().getTime() >= restsUntil) {
      const mail = await mails.claim(now())
      if (!mail) return
      await deliver(mail)
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
      const ended = await Promise.allSettled([deliver(first).then(() => work(left)), ...others])
      const failed = ended.find((one) => one.status === 'rejected')
      if (failed) throw failed.reason
      return 'more'
    },
  }
}
