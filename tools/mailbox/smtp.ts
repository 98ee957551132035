import type { Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Faults } from './faults.ts'
import type { Mailbox } from './mailbox.ts'

type Deps = { mailbox: Mailbox; faults: Faults }

const maxMessageBytes = 5 * 1024 * 1024
const idleMs = 60_000

const answerOf = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

const recipientsOf = ({ envelope }: SMTPServerSession) => envelope.rcptTo.map(({ address }) => address.toLowerCase())

type Data = AsyncIterable<Uint8Array> & { sizeExceeded: boolean }

const wholeOf = async (stream: Data) => Buffer.concat(await Array.fromAsync(stream))

/** The answers before a message arrives, with the faults that apply. */
const createGreeting = (faults: Faults): SMTPServerOptions => ({
  onConnect: (_session, done) => {
    if (faults.strikes('hang')) return
    done(faults.strikes('refuse') ? answerOf(554, '5.3.2 No service here') : null)
  },
  // A client that kept its connection meets the same faults as one that opens a new one.
  onMailFrom: (_address, _session, done) => {
    if (faults.strikes('hang')) return
    done(faults.strikes('refuse') ? answerOf(421, '4.3.2 No service here') : null)
  },
  onRcptTo: ({ address }, _session, done) => {
    const recipient = [address.toLowerCase()]
    if (faults.strikes('defer', recipient)) return done(answerOf(451, '4.7.1 Come back later'))
    if (faults.strikes('reject', recipient)) return done(answerOf(550, '5.1.1 There is nobody of that name'))
    done()
  },
})

/** Keeps a message, or fails as a fault demands. */
const createTake =
  ({ mailbox, faults }: Deps, cut: (session: SMTPServerSession) => void) =>
  async (stream: Data, session: SMTPServerSession) => {
    const recipients = recipientsOf(session)
    const raw = await wholeOf(stream)
    if (stream.sizeExceeded) throw answerOf(552, '5.3.4 The message is too large')
    if (faults.strikes('close', recipients)) {
      cut(session)
      throw answerOf(421, '4.4.2 The connection was cut')
    }
    mailbox.keep(recipients, raw)
    if (faults.strikes('lose-answer', recipients)) cut(session)
  }

/** An SMTP server that takes every mail, except where a fault was asked for. */
export const createSmtp = (deps: Deps) => {
  const sockets = new Map<number, Socket>()
  const take = createTake(deps, ({ remotePort }) => sockets.get(remotePort)?.destroy())

  const smtp = new SMTPServer({
    name: 'mailbox',
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // What sign-up takes is read here, too, such as `a..b@example.com`.
    lenientAddressParsing: true,
    size: maxMessageBytes,
    socketTimeout: idleMs,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    ...createGreeting(deps.faults),
    onData: (stream, session, done) => {
      take(stream, session).then(() => done(null, 'kept'), done)
    },
  })
  // A client that disconnects in the middle is no failure of the server.
  smtp.on('error', () => {})
  smtp.server.on('connection', (socket: Socket) => {
    const { remotePort = 0 } = socket
    sockets.set(remotePort, socket)
    socket.once('close', () => sockets.delete(remotePort))
  })

  return {
    /** @returns the port, which is a free one for 0 */
    listen: (port: number, host: string) =>
      new Promise<number>((resolve, reject) => {
        smtp.server.once('error', reject)
        smtp.listen(port, host, () => {
          const address = smtp.server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.values()) socket.destroy()
        smtp.close(() => resolve())
      }),
  }
}
