import { asHtml, asText, escapeHtml, type Phrase } from './phrase.ts'

export type Language = 'en' | 'de'

/** What people may switch off; the rest is about their account or a purchase of their own. */
export const categories = ['sales', 'waitlist', 'searches'] as const
export type Category = (typeof categories)[number]

export type Block =
  | { text: Phrase }
  /** what stands out, and leads on */
  | { button: string; href: string }
  | { facts: [name: string, value: Phrase][] }
  | { list: { text: Phrase; href: string }[] }
  /** what somebody wrote at length: each line is marked, so that none passes for one of ours */
  | { quoted: Phrase[]; of: string }
  /** a code to read or copy */
  | { note: Phrase }

/** A mail before it has a form: the same for text and HTML. */
export type Letter = { subject: Phrase; heading: Phrase; blocks: Block[]; attachments?: Attachment[] }

export type Attachment = { filename: string; content: string; contentType: string }

export type Frame = {
  language: Language
  publicOrigin: string
  /** where these mails are switched off, and what that link says */
  unsubscribe?: { href: string; text: string } | undefined
  /** why the reader gets this mail */
  footer: string
}

const textOf = (block: Block): string => {
  if ('text' in block) return asText(block.text)
  if ('button' in block) return `${block.button}:\n${block.href}`
  if ('facts' in block) return block.facts.map(([name, value]) => `${name}: ${asText(value)}`).join('\n')
  if ('list' in block) return block.list.map(({ text, href }) => `- ${asText(text)}\n  ${href}`).join('\n')
  if ('quoted' in block)
    return [`${block.of}:`, ...block.quoted.map((line) => `> ${asText(line)}`.trimEnd())].join('\n')
  return asText(block.note)
}

const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const paragraph = `margin:0 0 16px;${font};font-size:16px;line-height:24px;color:#1d1d1f`
const quiet = `${font};font-size:13px;line-height:20px;color:#6b6b70`

// Outlook knows tables and little else; a button is a cell with a background, and the link fills it.
const htmlOf = (block: Block): string => {
  if ('text' in block) return `<p style="${paragraph}">${asHtml(block.text)}</p>`
  if ('button' in block) {
    const href = escapeHtml(block.href)
    const link = `display:inline-block;padding:12px 20px;${font};font-size:16px;font-weight:600;color:#ffffff;text-decoration:none`
    return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 24px"><tr><td bgcolor="#1f4d3a" style="border-radius:6px"><a href="${href}" style="${link}">${escapeHtml(block.button)}</a></td></tr></table>`
  }
  if ('facts' in block) {
    const rows = block.facts.map(
      ([name, value]) =>
        `<tr><td valign="top" style="padding:4px 16px 4px 0;${quiet}">${escapeHtml(name)}</td><td valign="top" style="padding:4px 0;${font};font-size:16px;line-height:22px;color:#1d1d1f">${asHtml(value)}</td></tr>`,
    )
    return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px">${rows.join('')}</table>`
  }
  if ('list' in block) {
    const rows = block.list.map(
      ({ text, href }) =>
        `<tr><td style="padding:6px 0;${font};font-size:16px;line-height:22px"><a href="${escapeHtml(href)}" style="color:#1f4d3a">${asHtml(text)}</a></td></tr>`,
    )
    return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px">${rows.join('')}</table>`
  }
  if ('quoted' in block) {
    const quotation = `margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #d9d9d4;${font};font-size:16px;line-height:22px;color:#1d1d1f`
    return `<p style="margin:0 0 4px;${quiet}">${escapeHtml(block.of)}:</p><blockquote style="${quotation}">${block.quoted.map(asHtml).join('<br>')}</blockquote>`
  }
  return `<p style="margin:0 0 16px;${quiet}">${asHtml(block.note)}</p>`
}

const document = ({ heading, subject, blocks }: Letter, { language, publicOrigin, unsubscribe, footer }: Frame) => {
  const off = unsubscribe
    ? `<br><a href="${escapeHtml(unsubscribe.href)}" style="color:#6b6b70">${escapeHtml(unsubscribe.text)}</a>`
    : ''
  return `<!doctype html>
<html lang="${language}" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${escapeHtml(asText(subject))}</title></head>
<body style="margin:0;padding:0;background:#f5f5f3" bgcolor="#f5f5f3">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f5f5f3"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:560px">
<tr><td style="padding:0 8px 16px"><a href="${escapeHtml(publicOrigin)}" style="${font};font-size:18px;font-weight:700;color:#1f4d3a;text-decoration:none">Fairpass</a></td></tr>
<tr><td bgcolor="#ffffff" style="padding:28px 28px 12px;border-radius:8px">
<h1 style="margin:0 0 16px;${font};font-size:22px;line-height:30px;color:#1d1d1f">${asHtml(heading)}</h1>
${blocks.map(htmlOf).join('\n')}
</td></tr>
<tr><td style="padding:16px 8px;${quiet}">${escapeHtml(footer)}${off}</td></tr>
</table></td></tr></table></body></html>`
}

/** A letter as it is sent: both forms say the same. */
export const compose = (letter: Letter, frame: Frame) => {
  const { unsubscribe, footer } = frame
  const end = [footer, ...(unsubscribe ? [`${unsubscribe.text}: ${unsubscribe.href}`] : [])].join('\n')
  const text = [asText(letter.heading), ...letter.blocks.map(textOf), `-- \n${end}`].join('\n\n')
  return {
    subject: asText(letter.subject),
    text: `${text}\n`,
    html: document(letter, frame),
    attachments: letter.attachments ?? [],
  }
}
