import { html, raw } from 'hono/html'
import type { Message } from './mailbox.ts'

const style = raw(`<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; }
  table { border-collapse: collapse; width: 100%; } td, th { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid #ddd; }
  iframe { width: 100%; height: 40rem; border: 1px solid #ddd; } pre { white-space: pre-wrap; border: 1px solid #ddd; padding: 1rem; }
</style>`)

const page = (title: string, content: ReturnType<typeof html>) => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>${style}</head>
<body>${content}</body></html>`

export const listPage = (messages: readonly Message[]) =>
  page(
    'Mailbox',
    html`<h1>Mailbox</h1>
<p>Mails that Fairpass has sent on this machine. None of them has left it.</p>
<table><thead><tr><th>When</th><th>To</th><th>Subject</th></tr></thead><tbody>
${messages.map(
  ({ id, at, to, subject }) =>
    html`<tr><td>${at}</td><td><bdi>${to}</bdi></td><td><a href="/messages/${id}"><bdi>${subject}</bdi></a></td></tr>`,
)}
</tbody></table>`,
  )

export const messagePage = ({ id, subject, from, to, at, text, headers, attachments }: Message) =>
  page(
    subject,
    html`<p><a href="/">All mails</a></p><h1><bdi>${subject}</bdi></h1>
<p>From <bdi>${from}</bdi> to <bdi>${to}</bdi>, ${at}</p>
<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${id}/html"></iframe>
<h2>As text</h2><pre>${text}</pre>
${attachments.map(({ filename, text: content }) => html`<h2>${filename}</h2><pre>${content}</pre>`)}
<h2>Headers</h2><pre>${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}</pre>`,
  )
