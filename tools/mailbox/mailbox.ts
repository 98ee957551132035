import { Database } from 'bun:sqlite'
import { domainToASCII } from 'node:url'
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser'

/** A mail as it arrived. `to` are its envelope's recipients: who really got it. */
export type Message = {
  id: string
  from: string
  to: string
  subject: string
  text: string
  html: string
  headers: Record<string, string>
  at: string
  attachments: { filename: string; contentType: string; text: string }[]
}

/** An address in one form, whoever writes it: its domain as DNS has it, and no quotes where none are needed. */
const plainAddress = (address: string): string => {
  const at = address.lastIndexOf('@')
  const [name, domain] = [address.slice(0, at), address.slice(at + 1)]
  return `${name.replace(/^"([^"\\\s@,;:<>()[\]]+)"$/, '$1')}@${domainToASCII(domain) || domain}`.toLowerCase()
}

type Row = { id: number; recipients: string; raw: Uint8Array; at: string }

/** How many of the newest are kept, which is more than anybody reads. */
const maxMessages = 10_000

const addressesOf = (field: AddressObject | AddressObject[] | undefined) =>
  [field ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ')

const headersOf = ({ headerLines }: ParsedMail) =>
  Object.fromEntries(
    headerLines.map(({ key, line }) => [
      key,
      line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n\s+/g, ' ')
        .trim(),
    ]),
  )

const messageFrom = async ({ id, recipients, raw, at }: Row): Promise<Message> => {
  const mail = await simpleParser(Buffer.from(raw), {
    skipImageLinks: true,
    skipTextToHtml: true,
    skipHtmlToText: true,
  })
  return {
    id: `${id}`,
    from: addressesOf(mail.from),
    to: recipients.trim().split('\n').join(', '),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
    headers: headersOf(mail),
    at,
    attachments: mail.attachments.map(({ filename = '', contentType, content }) => ({
      filename,
      contentType,
      text: contentType.startsWith('text/') ? content.toString() : '',
    })),
  }
}

/**
 * What has arrived, kept in a file: a mail that was taken is there after any crash.
 * @param path where; `:memory:` keeps it for this process alone
 */
export const openMailbox = (path: string) => {
  const db = new Database(path, { create: true, strict: true })
  db.run('PRAGMA journal_mode = WAL')
  db.run('PRAGMA synchronous = FULL')
  db.run(
    'CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, recipients TEXT, raw BLOB, at TEXT)',
  )
  const insert = db.query('INSERT INTO messages (recipients, raw, at) VALUES ($recipients, $raw, $at)')
  const trim = db.query('DELETE FROM messages WHERE id <= (SELECT max(id) FROM messages) - $maxMessages')
  // Recipients stand between line breaks, which no address has, so that none is found as a part of another.
  const newestOf = db.query<Row, { to: string; limit: number }>(
    'SELECT * FROM messages WHERE instr(recipients, $to) > 0 ORDER BY id DESC LIMIT $limit',
  )
  const one = db.query<Row, { id: number }>('SELECT * FROM messages WHERE id = $id')

  return {
    keep: (recipients: readonly string[], raw: Uint8Array) => {
      insert.run({ recipients: `\n${recipients.map(plainAddress).join('\n')}\n`, raw, at: new Date().toISOString() })
      trim.run({ maxMessages })
    },
    /** Newest first, those to one address or to anybody. */
    list: (to: string | undefined, limit = 1_000): Promise<Message[]> =>
      Promise.all(newestOf.all({ to: to ? `\n${plainAddress(to)}\n` : '', limit }).map(messageFrom)),
    find: async (id: number): Promise<Message | undefined> => {
      const row = one.get({ id })
      return row ? messageFrom(row) : undefined
    },
    clear: () => void db.run('DELETE FROM messages'),
    close: () => db.close(),
  }
}

export type Mailbox = ReturnType<typeof openMailbox>
