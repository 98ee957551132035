import { join } from 'node:path'
import { type ProcessSpec, respondsOk, root } from '@fairpass/servers'

type MailboxOptions = { port: number; smtpPort: number; dataDir: string; env: Readonly<Record<string, string>> }

/** The mailbox for developers, for runs without a mail server. */
export const mailboxServer = ({ port, smtpPort, dataDir, env }: MailboxOptions): ProcessSpec => ({
  name: 'mailbox',
  command: [process.execPath, 'main.ts'],
  cwd: join(root, 'tools', 'mailbox'),
  env: {
    ...env,
    MAILBOX_PORT: String(port),
    MAILBOX_SMTP_PORT: String(smtpPort),
    MAILBOX_FILE: join(dataDir, 'mailbox.sqlite'),
  },
  isReady: () => respondsOk(`http://127.0.0.1:${port}/healthz`),
})
