import { afterAll, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:net'
import { startMailbox } from '@fairpass/mailbox/testing'
import MailComposer from 'nodemailer/lib/mail-composer'
import { asText, createSmtpSender } from './smtp.ts'

const mailbox = await startMailbox()
afterAll(() => mailbox.stop())

const mailTo = (to: string) => ({
  to,
  ...{ subject: 'A mail', text: 'A text', html: '<p>A text</p>', attachments: [], messageId: `<${to}>` },
})

// Guarantee: mails that hang in all connections hold up none of those after them.
test('after mails that took too long the next one has connections of its own', async () => {
  const sender = createSmtpSender({
    url: mailbox.url,
    from: { name: 'Fairpass', address: 'no-reply@fairpass.example' },
    publicOrigin: 'https://fairpass.example',
    timeoutMs: 60_000,
    withinMs: 2_000,
  })
  mailbox.faults.add({ kind: 'hang' })
  const hanging = await Promise.all(Array.from({ length: 8 }, (_, n) => sender.send(mailTo(`p${n}@example.com`))))
  expect(hanging.map(({ kind }) => kind)).toEqual(hanging.map(() => 'later'))
  mailbox.faults.clear()
  expect(await sender.send(mailTo('next@example.com'))).toEqual({ kind: 'sent' })
})

// Guarantee: what is sent in one piece is what the library would have sent in many.
test.each([
  ['short and plain', 'A text', '<p>A text</p>', []],
  [
    'long lines, dots and letters beyond ASCII',
    '.\n..\nGr\u00FC\u00DFe \u2013 '.repeat(40),
    `<p>${'\u{1F3AB} = '.repeat(90)}</p>\n.`,
    [],
  ],
  [
    'a calendar',
    `${'word '.repeat(60)}\n`,
    '<p>\t </p> \n',
    [
      {
        filename: 'Konzert f\u00FCr dich.ics',
        content: 'BEGIN:VCALENDAR\r\n'.repeat(30),
        contentType: 'text/calendar',
      },
    ],
  ],
])('a mail with %s is written as the library writes it', async (_what, text, html, attachments) => {
  const mail = {
    from: 'Fairpass <no-reply@fairpass.example>',
    to: 'a@example.com',
    subject: `Gr\u00FC\u00DFe ${'x'.repeat(90)}`,
  }
  const message = new MailComposer({ ...mail, text, html, attachments }).compile()
  const whole = asText(message)
  expect(whole).toBe((await message.build()).toString())
})

/** A mail server that answers each recipient with one line. */
const answering = (answer: string) =>
  new Promise<Server>((resolve) => {
    const server = createServer((socket) => {
      const say = (line: string) => socket.write(`${line}\r\n`)
      socket.on('error', () => {})
      socket.on('data', (data) => {
        const [command = ''] = data
          .toString()
          .toUpperCase()
          .split(/[ :\r]/)
        if (command === 'RCPT') return say(answer)
        return say(command === 'QUIT' ? '221 Bye' : '250 OK')
      })
      say('220 ready')
    })
    server.listen(0, '127.0.0.1', () => resolve(server))
  })

const portOf = (server: Server) => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

// RFC 5321, 4.2.2, and RFC 3463. Guarantee: what will never arrive is not tried for days, and what may is not given up.
test.each([
  ['501 5.5.4 Error: Bad recipient address syntax', 'refused'],
  ['501 5.1.3 Bad recipient address syntax', 'refused'],
  ['501 Syntax error in parameters', 'refused'],
  ['550 5.1.1 No such user', 'refused'],
  ['550 No such user', 'refused'],
  ['553 5.1.3 Invalid address', 'refused'],
  ['553 Mailbox name not allowed', 'refused'],
  ['550 5.7.1 Relaying denied', 'later'],
  ['550 5.4.1 Access denied', 'later'],
  ['554 Transaction failed', 'later'],
  ['503 Bad sequence of commands', 'later'],
  ['450 4.2.1 Mailbox busy', 'later'],
  ['451 Come back later', 'later'],
])('a recipient that is answered %p is %p', async (answer, kind) => {
  const server = await answering(answer)
  const sender = createSmtpSender({
    url: `smtp://127.0.0.1:${portOf(server)}`,
    from: { name: 'Fairpass', address: 'no-reply@fairpass.example' },
    publicOrigin: 'https://fairpass.example',
  })
  const content = { subject: 'S', text: 'T', html: '<p>T</p>', attachments: [], messageId: '<one@fairpass.example>' }
  const outcome = await sender.send({ to: 'a..b@example.com', ...content })
  server.close()
  expect(outcome).toMatchObject({ kind })
})
