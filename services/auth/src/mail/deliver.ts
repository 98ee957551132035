import { now as timeNow } from '@fairpass/sdk/clock'
import type { Log } from '@fairpass/sdk/telemetry'
import { asked, categoryOf, hourlyMost, isLinked, type LinkedKind, linkPaths } from './kinds.ts'
import { type Category, compose, type Language } from './letter.ts'
import { writeLetter } from './letters.ts'
import { type Mail, messageIdOf } from './mail.ts'
import { mailsTotal } from './metrics.ts'
import { createRecent } from './recent.ts'
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
  /** The recipient of each, by the mail's id; without one, nothing is sent. */
  findAddressees: (mails: readonly Mail[]) => Promise<ReadonlyMap<string, Addressee>>
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
/** How many one run sends at most, and how many are taken and looked up together. */
const maxSent = 200
const batchSize = 50
/** How long looked-up recipients are valid, in milliseconds; mails that wait longer are leased again. */
const freshMs = 5_000
const defaultHourlyLimit = 30
/** How long to wait after the server did not answer. */
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

/** Written down while the next mails go out; what fails ends the batch, and is thrown once it has ended. */
const note = (batch: Batch, writing: Promise<unknown>): void => {
  writing.catch(() => {
    batch.isNoteLost = true
  })
  batch.noted.push(writing)
}

/** Records how the server answered; true: pause before the next mail. */
const createBookkeeping = ({ mails, log, markBounced }: Deps, now: () => Date) => {
  const count = (outcome: string) => mailsTotal.inc({ outcome })
  return {
    /** It is not sent at all. */
    withhold: async (mail: Mail): Promise<false> => {
      await mails.withhold(mail)
      count('withheld')
      return false
    },

    book: async (mail: Mail, { userId, email }: Addressee, outcome: Outcome, batch: Batch): Promise<boolean> => {
      const line = { mailId: mail.id, kind: mail.kind, attempts: mail.attempts }
      if (outcome.kind === 'sent') {
        note(batch, mails.sent(mail, now()))
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

type Batch = {
  left: Mail[]
  addressees: ReadonlyMap<string, Addressee>
  recent: ReturnType<typeof createRecent>
  noted: Promise<unknown>[]
  /** Whatever goes out without being written down goes out once more, so nothing else does. */
  isNoteLost: boolean
}

/** When a person who has had enough for now may get this one; `never` where there are enough of its kind. */
const createHourlyBound =
  ({ hourlyLimit = defaultHourlyLimit }: Deps) =>
  ({ kind, person }: Mail, { recent }: Batch): Date | 'never' | undefined => {
    const most = hourlyMost[kind]
    if (most !== undefined && recent.before(person, most, kind)) return 'never'
    const full = recent.before(person, hourlyLimit)
    return full && new Date(full.getTime() + hourMs)
  }

/** Sends one due mail and records the outcome; true: pause before the next. */
const createAttempt = (deps: Deps, now: () => Date) => {
  const { mails } = deps
  const { linkOf, send } = createPost(deps)
  const { withhold, book } = createBookkeeping(deps, now)
  const heldBack = createHourlyBound(deps)

  const attempt = async (mail: Mail, batch: Batch): Promise<boolean> => {
    const addressee = batch.addressees.get(mail.id)
    if (!addressee || isUnwanted(mail, addressee)) return withhold(mail)
    const held = heldBack(mail, batch)
    if (held === 'never') return withhold(mail)
    if (held) {
      note(batch, mails.postpone(mail, now(), held))
      return false
    }
    // Counted before it is sent, so that others of this batch know of it.
    const counted = batch.recent.add(mail, now())
    const link = await linkOf(mail, addressee)
    const outcome = link === undefined ? undefined : await send(mail, addressee, link)
    if (outcome?.kind !== 'sent') batch.recent.remove(counted)
    return outcome ? book(mail, addressee, outcome, batch) : withhold(mail)
  }

  return async (mail: Mail, batch: Batch): Promise<boolean> => {
    try {
      return await attempt(mail, batch)
    } catch (error) {
      // A mail that cannot be rendered is retried like any other.
      await mails.postpone(mail, now())
      throw error
    }
  }
}

/** What is needed for all of them is read at once. */
const createLookUp =
  ({ mails, findAddressees, hourlyLimit = defaultHourlyLimit }: Deps) =>
  async (taken: readonly Mail[], now: Date): Promise<Batch> => {
    const people = taken.map(({ person }) => person)
    // Only what other replicas send at the same moment can exceed the limit.
    const most = (hourlyLimit + batchSize) * people.length
    const since = new Date(now.getTime() - hourMs)
    const [addressees, sent] = await Promise.all([findAddressees(taken), mails.sentTo(people, since, most)])
    return { left: [...taken], addressees, recent: createRecent(sent), noted: [], isNoteLost: false }
  }

/** Sends what is due. */
export const createDelivery = (deps: Deps) => {
  const { mails, now = timeNow, concurrency = 4 } = deps
  const [attempt, lookUp] = [createAttempt(deps, now), createLookUp(deps)]
  let restsUntil = 0

  /** Sends those that were taken, several at once; what is not begun soon is released. */
  const sendBatch = async (taken: Mail[]): Promise<void> => {
    const batch = await lookUp(taken, now())
    const freshUntil = performance.now() + freshMs
    const work = async (): Promise<void> => {
      while (!batch.isNoteLost && performance.now() < freshUntil && now().getTime() >= restsUntil) {
        const mail = batch.left.shift()
        if (!mail) return
        if (await attempt(mail, batch)) restsUntil = now().getTime() + restMs
      }
    }
    const ended = await Promise.allSettled(Array.from({ length: concurrency }, work))
    if (batch.left.length > 0) await mails.release(batch.left, now())
    for (const one of [...ended, ...(await Promise.allSettled(batch.noted))])
      if (one.status === 'rejected') throw one.reason
  }

  return {
    /** Sends what is due now, at most two hundred mails. @returns `more` when there may be others */
    run: async (): Promise<'more' | undefined> => {
      for (let sent = 0; sent < maxSent; sent += batchSize) {
        if (now().getTime() < restsUntil) return 'more'
        const taken = await mails.claim(now(), batchSize)
        if (taken.length === 0) return sent > 0 ? 'more' : undefined
        await sendBatch(taken)
        if (taken.length < batchSize) break
      }
      return 'more'
    },
  }
}
