import { createMailboxApp } from './app.ts'
import { createFaults } from './faults.ts'
import { openMailbox } from './mailbox.ts'
import { createSmtp } from './smtp.ts'

const stopWithinMs = 3_000

const portIn = (name: string): number => {
  const port = Number(process.env[name] || Number.NaN)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  console.error(`${name} must be a port`)
  process.exit(78)
}

const [port, smtpPort] = [portIn('MAILBOX_PORT'), portIn('MAILBOX_SMTP_PORT')]
const hostname = process.env.MAILBOX_HOST || '127.0.0.1'
const mailbox = openMailbox(process.env.MAILBOX_FILE || ':memory:')
const faults = createFaults()
const smtp = createSmtp({ mailbox, faults })
await smtp.listen(smtpPort, hostname)
const server = Bun.serve({ hostname, port, fetch: createMailboxApp({ mailbox, faults }).fetch })
console.log(JSON.stringify({ level: 'info', msg: 'mailbox listens', host: hostname, port: server.port, smtpPort }))

const stop = async () => {
  await Promise.race([Promise.all([server.stop(), smtp.stop()]), Bun.sleep(stopWithinMs)])
  mailbox.close()
  process.exit(0)
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
