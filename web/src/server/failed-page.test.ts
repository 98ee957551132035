import { expect, test } from 'bun:test'
import { isWritten, sessionEndedPage } from './failed-page.ts'

const values = {
  intent: 'claim',
  id: '1"><b>',
  reason: '\nA "long" story <script>alert(1)</script>\r\nand more & more',
}
const shown = (language: 'en' | 'de' = 'en') =>
  sessionEndedPage(language, 'n', { action: '/orders/1?a=b&c=d', values, signIn: '/signin?next=%2Forders%2F1' })

/** What a browser would read of an attribute or a text. */
const read = (html: string) => html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

// Guarantee: what was written while a session ended is neither lost nor anything but text.
test.each(['en', 'de'] as const)('what was written stands in the page to be sent again, in %s', (language) => {
  const html = shown(language)
  const [, text = ''] = /<textarea[^>]*>\n([\s\S]*)<\/textarea>/.exec(html) ?? []
  expect(read(text)).toBe(values.reason)
  expect(html).toContain('name="intent" value="claim"')
  expect(read(/name="id" value="([^"]*)"/.exec(html)?.[1] ?? '')).toBe(values.id)
  expect(read(/action="([^"]*)"/.exec(html)?.[1] ?? '')).toBe('/orders/1?a=b&c=d')
  expect(html).toContain('href="/signin?next=%2Forders%2F1"')
  expect(html).toMatch(/role="alert"/)
  expect(html).not.toMatch(/<script|<b>|undefined|\{link\}/)
})

test('forms in which nothing was written lead to sign in as ever', () => {
  expect(isWritten({ intent: 'sent' })).toBe(false)
  expect(isWritten({ reason: ' \n' })).toBe(false)
  expect(isWritten({ text: 'x' })).toBe(true)
})
