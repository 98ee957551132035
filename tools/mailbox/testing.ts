import { createMailboxApp } from './app.ts'
import { createFaults } from './faults.ts'
import { openMailbox } from './mailbox.ts'
import { createSmtp } from './smtp.ts'

/** A mailbox in this process, on a port of its own. */
export const startMailbox = async (path = ':memory:') => {
  const mailbox = openMailbox(path)
  const faults = createFaults()
  const smtp = createSmtp({ mailbox, faults })
  const smtpPort = await smtp.listen(0, '127.0.0.1')
  return {
    app: createMailboxApp({ mailbox, faults }),
    mailbox,
    faults,
    url: `smtp://127.0.0.1:${smtpPort}`,
    stop: smtp.stop,
  }
}
