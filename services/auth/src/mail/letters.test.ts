import { expect, test } from 'bun:test'
import { categoryOf, type DataByKind, isLinked, type Kind } from './kinds.ts'
import { compose, type Language } from './letter.ts'
import { writeLetter } from './letters.ts'

const publicOrigin = 'https://fairpass.example'
const link = `${publicOrigin}/reset-password?token=abc`
const total = { cents: 8900, currency: 'eur' }
const sale = {
  ...{ orderId: '665f1c2ab8d3c94f1e0a7b21', ticketId: '665f1c2ab8d3c94f1e0a7b22', title: 'An evening', total },
  ...{ venue: 'State Opera', city: 'Vienna', startsAt: '2035-06-01T19:30:00Z', timeZone: 'Europe/Vienna' },
}

const examples: DataByKind = {
  'confirm-email': {},
  'reset-password': {},
  'email-change-old': { newEmail: 'new@example.com' },
  'email-change-new': { userId: '665f1c2ab8d3c94f1e0a7b26' },
  'security-changed': { change: 'password', at: '2030-05-31T20:00:00Z' },
  'new-sign-in': { device: 'Firefox', at: '2030-05-31T20:00:00Z' },
  'account-erased': {},
  bought: { ...sale, kind: 'transfer', deadline: '2035-05-31T20:00:00Z' },
  sold: sale,
  'hand-over': { ...sale, deadline: '2035-05-31T20:00:00Z' },
  'handed-over': sale,
  'hand-over-overdue': sale,
  'claim-opened': { ...sale, reason: 'The gate said no' },
  'resale-in-doubt': { ...sale, side: 'buyer' },
  'claim-decided': { ...sale, side: 'buyer', isRefunded: true },
  refunded: sale,
  'ran-out': sale,
  'paid-out': { payoutId: '665f1c2ab8d3c94f1e0a7b23', total },
  'dispute-opened': { ...sale, disputeId: '665f1c2ab8d3c94f1e0a7b24' },
  'dispute-decided': { ...sale, disputeId: '665f1c2ab8d3c94f1e0a7b24', won: true },
  'free-again': sale,
  withdrawn: sale,
  'search-digest': { searchId: '665f1c2ab8d3c94f1e0a7b25', name: 'opera', tickets: [{ ...sale, price: total }] },
}
const kinds = Object.keys(examples) as Kind[]

const composed = (kind: Kind, data: Record<string, unknown>, language: Language) => {
  const { letter, footer, unsubscribe } = writeLetter({ kind, data, language, publicOrigin, link })
  const off = categoryOf[kind] ? { href: `${publicOrigin}/unsubscribe?token=t`, text: unsubscribe } : undefined
  return compose(letter, { language, publicOrigin, footer, unsubscribe: off })
}

/** Everything in it that somebody could have written, replaced. */
const poisoned = (value: unknown, poison: string): unknown => {
  if (Array.isArray(value)) return value.map((one) => poisoned(one, poison))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      ['title', 'venue', 'city', 'name', 'device', 'newEmail', 'reason'].includes(key) ? poison : poisoned(one, poison),
    ]),
  )
}

test.each(kinds)('%s says the same in text and in HTML, in both languages, and where to go', (kind) => {
  for (const language of ['en', 'de'] as const) {
    const { subject, text, html } = composed(kind, examples[kind], language)
    expect(subject.length).toBeWithin(5, 80)
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&'))
    for (const href of links.slice(1)) expect(text).toContain(href ?? '')
    expect(html).toContain(`<html lang="${language}"`)
    expect(text.includes(link)).toBe(isLinked(kind))
    expect(`${subject}${text}${html}`).not.toMatch(/undefined|NaN|\[object/)
  }
  expect(composed(kind, examples[kind], 'de').text).not.toBe(composed(kind, examples[kind], 'en').text)
})

test('amounts and times are as people of the language write them, by the clock at the venue', () => {
  const english = composed('bought', sale, 'en').text
  expect(english).toContain('€89.00')
  expect(english).toContain('Friday, 1 June 2035 at 21:30 CEST')
  expect(composed('bought', sale, 'de').text).toMatch(/89,00\s€/)
  expect(composed('bought', { ...sale, total: { cents: 500, currency: 'jpy' } }, 'en').text).toContain('500')
})

test('a claim is decided for one side or the other, and each reads what it means', () => {
  const decided = (side: 'buyer' | 'seller', isRefunded: boolean) =>
    composed('claim-decided', { ...sale, side, isRefunded }, 'en').text
  expect(decided('buyer', true)).toContain('what you were charged is on its way back')
  expect(decided('buyer', false)).toContain(`${publicOrigin}/orders/${sale.orderId}`)
  expect(decided('seller', true)).toContain('this sale earns you nothing')
  expect(decided('seller', false)).toContain(`${publicOrigin}/sales#${sale.orderId}`)
})

test('what the buyer writes keeps its lines, each marked as theirs', () => {
  const reason = 'The gate said no.\r\n\n\nThen the <b>steward</b>\u2028sent me home.  \n'
  const { text, html } = composed('claim-opened', { ...sale, reason }, 'en')
  expect(text).toContain(
    '\nThe buyer writes:\n> The gate said no.\n>\n> Then the <b>steward</b>\n> sent me home.\n\nYou are not paid',
  )
  expect(html.replace(/<\/?bdi>/g, '')).toContain(
    'The gate said no.<br><br>Then the &lt;b&gt;steward&lt;/b&gt;<br>sent me home.</blockquote>',
  )
  const long = composed('claim-opened', { ...sale, reason: 'line\n'.repeat(400) }, 'de').text
  expect(long).toContain('Der Käufer schreibt:\n> line\n> line')
  expect(long.match(/^> line$/gm)?.length).toBeWithin(50, 70)
})

test('a buyer reads how the ticket comes', () => {
  expect(composed('bought', { ...sale, kind: 'file' }, 'en').text).toContain('Your ticket is ready')
  expect(composed('bought', examples.bought, 'en').text).toContain('by Thursday, 31 May 2035 at 22:00 CEST')
})

// A coupon pays the price without its buyer, and the event of a sale does not say so.
test.each([
  ['en', /Price, all fees included: €89\.00/, /Sold for: €89\.00/, /paid/i],
  ['de', /Preis, mit allen Gebühren: 89,00\s€/, /Verkauft für: 89,00\s€/, /bezahlt/i],
] as const)('no letter of a sale says that its buyer paid the price: %s', (language, bought, sold, claim) => {
  const receipt = composed('bought', sale, language).text
  expect(receipt).toMatch(bought)
  expect(receipt).not.toMatch(claim)
  expect(composed('sold', sale, language).text).toMatch(sold)
})

test.each([
  ['en', /money/i, 'what you were charged'],
  ['de', /Geld/, 'was Ihnen berechnet wurde'],
] as const)('no letter promises a buyer money that a coupon may have paid: %s', (language, money, charged) => {
  const letters = [
    composed('bought', examples.bought, language),
    composed('resale-in-doubt', examples['resale-in-doubt'], language),
    composed('claim-decided', { ...sale, side: 'buyer', isRefunded: true }, language),
  ]
  for (const { text } of letters) expect(text).toContain(charged)
  const others = [
    composed('claim-decided', { ...sale, side: 'buyer', isRefunded: false }, language),
    composed('resale-in-doubt', { ...sale, side: 'seller' }, language),
  ]
  for (const { subject, text } of [...letters, ...others]) expect(`${subject}${text}`).not.toMatch(money)
})

test.each([
  ['en', 'nothing had been charged', /bank|money|€/i],
  ['de', 'Ihnen wurde nichts berechnet', /Bank|Geld|€/],
] as const)('a refund of what a coupon paid names no money: %s', (language, said, money) => {
  const undone = composed('refunded', { ...sale, total: { ...total, cents: 0 }, isOverdue: true }, language)
  expect(undone.text).toContain(said)
  expect(undone.text).toContain(`${publicOrigin}/orders/${sale.orderId}`)
  expect(`${undone.subject}${undone.text}`).not.toMatch(money)
})

test('what an older event does not tell is left out', () => {
  const { ticketId, orderId } = sale
  for (const kind of ['bought', 'sold', 'refunded', 'ran-out', 'free-again'] as const)
    for (const language of ['en', 'de'] as const) {
      const { subject, text } = composed(kind, { ticketId, orderId, total }, language)
      expect(`${subject}${text}`).not.toMatch(/undefined|null|: ,/)
    }
})

const poisons = [
  'An\r\nBcc: thief@example.com\r\n\r\nevening',
  '{{ constructor }} #{7*7} <%= 7*7 %> {{7*7}}',
  '<script>alert(1)</script><img src=x onerror=alert(1)>"\'><a href="javascript:alert(1)">',
  '\u202egnineve nA\u202c \u2066x\u2069 \u2028 \u2029 \u0000 \u001b[31m',
  'ערב באופרה',
  '\ud800 lone',
  'x'.repeat(5_000),
]

// Guarantee: what people write is text in every mail: no header, no markup, no template, no turned line of it.
test.each(kinds)('nothing that people write becomes more than text in %s', (kind) => {
  for (const poison of poisons)
    for (const language of ['en', 'de'] as const) {
      const data = poisoned(examples[kind], poison) as Record<string, unknown>
      const plain = composed(kind, examples[kind], language)
      const { subject, text, html } = composed(kind, data, language)
      expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028\u2029\u2066]/u)
      // A quotation is as long as what is quoted; each of its lines is marked.
      const ours = (whole: string) => whole.split('\n').filter((line) => !/^>( |$)/.test(line))
      expect(ours(text)).toHaveLength(ours(plain.text).length)
      const tagsOf = (page: string) =>
        [...page.replace(/<\/bdi><br>(<br>)?<bdi>/g, '').matchAll(/<(\/?[a-z][a-z0-9]*)[^>]*?>/gi)].map(
          ([, tag]) => tag,
        )
      expect(tagsOf(html)).toEqual(tagsOf(plain.html))
      expect(html).not.toMatch(/<(script|img)|javascript:alert\(1\)"/i)
      if (poison.includes('{{ constructor }}') && `${subject}${text}`.includes('constructor'))
        expect(`${subject}${text}`).toContain('{{ constructor }} #{7*7} <%= 7*7 %> {{7*7}}')
      expect(subject.length).toBeLessThan(400)
    }
})

test('right-to-left text is isolated, and turns nothing around', () => {
  const { subject, html } = composed('sold', { ...sale, title: 'ערב' }, 'en')
  expect(subject).toBe('Sold: \u2068ערב\u2069')
  expect(html).toContain('<bdi>\u2068ערב\u2069</bdi> is sold')
})

test('a calendar file holds its lines, whatever the title', () => {
  const { attachments } = composed(
    'bought',
    { ...sale, title: 'An; evening,\r\nEND:VEVENT\r\nATTACH:https://evil' },
    'en',
  )
  const [file] = attachments
  expect(file?.content.match(/^END:VEVENT/gm)).toHaveLength(1)
  expect(file?.content).not.toMatch(/^ATTACH/m)
  expect(file?.content).toContain('SUMMARY:An\\; evening\\, END:VEVENT ATTACH:https://evil')
})
