import { formatMoney } from '@fairpass/sdk/values'
import latinFont from '@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-700-normal.woff?inline'
import latinExtFont from '@fontsource/bricolage-grotesque/files/bricolage-grotesque-latin-ext-700-normal.woff?inline'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import resvgWasm from '@resvg/resvg-wasm/index_bg.wasm?url&inline'
import satori from 'satori'
import { jsx } from 'satori/jsx/jsx-runtime'
import { dayParts } from '../../domain/dates.ts'
import type { Ticket } from '../../domain/schemas/ticket.ts'

const imageSize = { width: 1200, height: 630 }

const bytesOf = (dataUrl: string): Buffer => Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')

const fonts = [
  { name: 'Display', data: bytesOf(latinFont), weight: 700, style: 'normal' },
  { name: 'Display Extended', data: bytesOf(latinExtFont), weight: 700, style: 'normal' },
] as const

const ready = initWasm(typeof resvgWasm === 'string' ? bytesOf(resvgWasm) : resvgWasm)

type Child = ReturnType<typeof jsx> | string

const box = (style: Record<string, string | number>, ...children: Child[]) =>
  jsx('div', { style: { display: 'flex', ...style }, children })

const truncate = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

const dateColumn = (ticket: Ticket) => {
  const { month, day, weekday, clock, year } = dayParts(ticket.startsAt, 'en-GB', ticket.timeZone)
  return box(
    {
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: 'center',
      width: 290,
      background: '#efeafd',
      color: '#3c1ba3',
      borderRight: '5px dashed #1b0f42',
      fontSize: 38,
    },
    box({}, `${month.toUpperCase()} ${year}`),
    box({ fontSize: 150, lineHeight: 1.05 }, day),
    box({}, `${weekday} ${clock}`),
  )
}

const detailsColumn = (ticket: Ticket) =>
  box(
    { flexDirection: 'column', justifyContent: 'space-between', flexGrow: 1, width: 750, padding: '48px 52px' },
    box(
      { flexDirection: 'column' },
      box(
        { fontSize: ticket.title.length > 40 ? 58 : 72, lineHeight: 1.08, letterSpacing: -1.5 },
        truncate(ticket.title, 90),
      ),
      box({ fontSize: 34, color: '#5a5668', marginTop: 22 }, truncate(`${ticket.venue}, ${ticket.city}`, 70)),
    ),
    box(
      { justifyContent: 'space-between', alignItems: 'flex-end' },
      box({ fontSize: 64 }, formatMoney(ticket.priceCents, ticket.currency, 'en-GB')),
      box({ fontSize: 36, color: '#5328d4', letterSpacing: -1 }, 'Fairpass'),
    ),
  )

/** Whether the fonts can write it; what they cannot is better not drawn at all. */
export const isDrawable = ({ title, venue, city }: Ticket): boolean =>
  /^[\p{Script=Latin}\p{N}\p{P}\p{Zs}$+<=>^`|~€£]*$/u.test(title + venue + city)

/** The ticket as a picture for those who share its address, as PNG. */
export const drawShareImage = async (ticket: Ticket): Promise<Uint8Array<ArrayBuffer>> => {
  const card = box(
    { width: '100%', height: '100%', padding: 60, background: '#1b0f42', fontFamily: 'Display, Display Extended' },
    box(
      { width: 1080, height: 510, borderRadius: 36, overflow: 'hidden', background: '#ffffff', color: '#191622' },
      dateColumn(ticket),
      detailsColumn(ticket),
    ),
  )
  const svg = await satori(card, { ...imageSize, fonts: [...fonts] })
  await ready
  const drawing = new Resvg(svg)
  const image = drawing.render()
  const png = new Uint8Array(image.asPng())
  image.free()
  drawing.free()
  return png
}
