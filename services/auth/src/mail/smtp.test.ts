import { afterAll, expect, test } from 'bun:test'
import { startMailbox } from '@fairpass/mailbox/testing'
import { createSmtpSender } from './smtp.ts'

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
