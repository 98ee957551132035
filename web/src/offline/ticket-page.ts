import type { Order } from '../domain/schemas/order.ts'

export type TicketWords = { language: string; when: string; seat: string; offline: string; codeAlt: string }

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')

/** A ticket as a page that needs nothing but itself: bright, with its code as large as the screen allows. */
export const ticketPage = ({ ticket }: Pick<Order, 'ticket'>, svg: string, words: TicketWords): string => {
  const code = `data:image/svg+xml;base64,${btoa(String.fromCharCode(...new TextEncoder().encode(svg)))}`
  return `<!doctype html>
<html lang="${escaped(words.language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(ticket.title)}</title>
<style>body{margin:0 auto;max-width:34rem;padding:1rem;background:#fff;color:#1d1d1f;font:1rem/1.5 system-ui,sans-serif}h1{margin:0 0 .5rem;font-size:1.5rem}p{margin:.25rem 0}img{display:block;width:100%;margin:1rem 0}.hint{color:#55555a}</style></head>
<body><main><h1><bdi>${escaped(ticket.title)}</bdi></h1><p><bdi>${escaped(`${ticket.venue}, ${ticket.city}`)}</bdi></p><p>${escaped(words.when)}</p>${words.seat && `<p><bdi>${escaped(words.seat)}</bdi></p>`}
<img src="${code}" alt="${escaped(words.codeAlt)}"><p class="hint" role="status">${escaped(words.offline)}</p></main></body></html>
`
}
