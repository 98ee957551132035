import { createTransport, type NodemailerError } from 'nodemailer'
import * as base64 from 'nodemailer/lib/base64'
import type MimeNode from 'nodemailer/lib/mime-node'
import * as quotedPrintable from 'nodemailer/lib/qp'
import type { Attachment } from './letter.ts'

/** A mail as the server gets it; addresses are given apart from names, so that no text in them makes another recipient. */
export type OutgoingMail = {
  to: string
  subject: string
  text: string
  html: string
  attachments: Attachment[]
  messageId: string
  /** where one click ends mails of this kind (RFC 8058) */
  unsubscribeUrl?: string | undefined
}

/** `refused`: the address itself, for good. `rejected`: this mail, for good. `later`: not now, which is nobody's fault. */
export type Outcome =
  | { kind: 'sent' }
  | { kind: 'refused' | 'rejected' | 'later'; reason: string; isServerAway?: boolean }

type Options = {
  /** `smtp://user:password@host:587`, or `smtps:` for TLS from the first byte */
  url: string
  from: { name: string; address: string }
  publicOrigin: string
  /** bounds, in milliseconds: on connecting, on the greeting, and on each silence */
  timeoutMs?: number
  /** the whole of one sending */
  withinMs?: number
}

const loopback = /^(localhost|127\.0\.0\.1|\[?::1\]?)$/

const isNodemailerError = (
  error: unknown,
): error is NodemailerError & { responseCode?: number; command?: string; response?: string } => error instanceof Error

/**
 * `5.1.1 no such mailbox` is about the address; `5.7.1 relaying denied`, or an answer without an enhanced code (RFC
 * 3463), may be about us. 501 is about the address: it is all that can be written wrongly in this command, and servers are
 * stricter about it than browsers (`a..b@example.com`).
 */
const isAboutRecipient = (response: string) => {
  const [, subject] = /^\d{3}[ -]5\.(\d{1,3})\.\d{1,3}\b/.exec(response) ?? []
  return (
    /^501/.test(response) || (subject === undefined ? /^55[013]/.test(response) : subject === '1' || subject === '2')
  )
}

/** What a failure means (RFC 5321, 4.2.1): 5yz is for good, 4yz and silence are not. */
const outcomeOf = (error: unknown): Outcome => {
  if (!isNodemailerError(error)) return { kind: 'later', reason: `${error}` }
  const { responseCode = 0, command = '', code = '', response = '' } = error
  // The server's message may repeat the address, so only its code is kept.
  const reason = [code, responseCode || '', command].filter(Boolean).join(' ')
  const isPermanent = responseCode >= 500
  if (isPermanent && command === 'RCPT TO' && isAboutRecipient(response)) return { kind: 'refused', reason }
  if (isPermanent && command === 'DATA') return { kind: 'rejected', reason }
  // Any other failure, such as of the greeting or of our credentials, is not about this mail.
  return { kind: 'later', reason, isServerAway: command !== 'RCPT TO' && command !== 'DATA' }
}

/** How long connections are kept for the next mail, in milliseconds, and how many there are at most. */
const idleMs = 2_000
const maxConnections = 8

type Pool<M> = { sendMail: (mail: M) => Promise<unknown>; close: () => void }

/** Connections that are opened when there is something to send, shared by what is sent within moments, and then closed. */
const createConnections = <M>(open: () => Pool<M>) => {
  let current: { pool: Pool<M>; underWay: number; closing?: Timer } | undefined

  const close = (connections: typeof current) => {
    connections?.pool.close()
    if (current === connections) current = undefined
  }

  return {
    send: async (mail: M): Promise<void> => {
      current ??= { pool: open(), underWay: 0 }
      const connections = current
      clearTimeout(connections.closing)
      connections.underWay++
      try {
        await connections.pool.sendMail(mail)
      } finally {
        connections.underWay--
        if (connections.underWay === 0) connections.closing = setTimeout(() => close(connections), idleMs).unref()
      }
    },
    /** Whatever hangs in the connections holds up nobody else: the next mail opens new ones. */
    renew: () => close(current),
  }
}

const contentOf = (part: MimeNode): string => {
  const { content = '' } = part
  if (typeof content !== 'string' && !Buffer.isBuffer(content)) throw new TypeError('mails are made of texts')
  switch (part.getTransferEncoding()) {
    case 'quoted-printable':
      return quotedPrintable.wrap(quotedPrintable.encode(content))
    case 'base64':
      return base64.wrap(base64.encode(content))
    default:
      return content.toString()
  }
}

/**
 * A mail as nodemailer composed it, in one piece. Nodemailer itself passes it through a dozen streams, and writes each of its
 * pieces to the socket by itself, which would be the most that sending costs.
 */
export const asText = (part: MimeNode): string => {
  const headers = `${part.buildHeaders()}\r\n\r\n`
  if (!part.multipart) return headers + contentOf(part)
  const parts = part.childNodes.map((child) => `--${part.boundary}\r\n${asText(child)}\r\n`)
  return `${headers}${parts.join('')}--${part.boundary}--\r\n`
}

/** Connections to the server, opened once there is a mail for them. */
const openTransport = ({
  url,
  publicOrigin,
  timeoutMs,
}: Required<Pick<Options, 'url' | 'publicOrigin' | 'timeoutMs'>>) => {
  const { hostname, protocol, username, searchParams } = new URL(url)
  const transport = createTransport({
    url,
    pool: true,
    maxConnections,
    // Whoever sends decides whether it is tried again.
    maxRequeues: 0,
    name: new URL(publicOrigin).hostname,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    // A name and password go through TLS alone, except to this very machine.
    ...(protocol === 'smtp:' && username && !loopback.test(hostname) && !searchParams.has('requireTLS')
      ? { requireTLS: true }
      : {}),
  })
  transport.use('stream', ({ message }, done) => {
    try {
      const text = asText(message)
      // Its parts are in the text already.
      message.multipart = false
      message.setRaw(text)
      done()
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
    }
  })
  return transport
}

/** Sends over SMTP, everything bounded in time; never throws. */
export const createSmtpSender = ({ url, from, publicOrigin, timeoutMs = 10_000, withinMs = 30_000 }: Options) => {
  const connections = createConnections(() => openTransport({ url, publicOrigin, timeoutMs }))

  return {
    send: async ({ to, unsubscribeUrl, ...mail }: OutgoingMail): Promise<Outcome> => {
      let timer: Timer | undefined
      const tooLong = new Promise<Outcome>((resolve) => {
        timer = setTimeout(() => {
          connections.renew()
          resolve({ kind: 'later', reason: 'took too long', isServerAway: true })
        }, withinMs)
      })
      const sending = connections
        .send({
          ...mail,
          from,
          to: { name: '', address: to },
          headers: { 'Auto-Submitted': 'auto-generated' },
          ...(unsubscribeUrl ? { list: { unsubscribe: { url: unsubscribeUrl } }, headers: oneClick } : {}),
        })
        .then((): Outcome => ({ kind: 'sent' }), outcomeOf)
      try {
        return await Promise.race([sending, tooLong])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

const oneClick = { 'Auto-Submitted': 'auto-generated', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }

export type SmtpSender = ReturnType<typeof createSmtpSender>
