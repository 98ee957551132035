import type { Random } from '../chaos/random.ts'

/** What people, browsers and scanners send: each of a kind that once broke somebody's shop. */

const oddTexts = [
  ...[
    '',
    ' ',
    '\u200b',
    '\u0000',
    '\u202eesuoH',
    '\ud800',
    '\ufeff',
    '\u2028',
    'e\u0301',
    'İıßŒæđﬁς',
    '👩‍👩‍👧‍👦',
    '東京ホール',
  ],
  ...[
    'شكرا',
    'שלום',
    'ก็',
    '\u3164',
    '../../etc/passwd',
    '..%2f..%2f',
    '%00',
    '%',
    '%E0%A4%A',
    '<script>alert(1)</script>',
    "' OR 1=1--",
  ],
  ...[
    '{{7*7}}',
    '$where',
    '{"$gt":""}',
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    'NaN',
    'true',
    '[object Object]',
  ],
  ...[
    '-1',
    '0',
    '1e309',
    '0x10',
    '1,250.00',
    '1.250,50',
    '١٢٣',
    '9007199254740993',
    '99999999999999999999',
    '-0',
    '1e-7',
  ],
  ...[
    '2035-06-01',
    '2035-06-01T19:30:00Z',
    '2035-06-01T19:30:00+02',
    '9999-12-31T23:59:59-12:00',
    '0000-00-00',
    '2035-02-30',
    'now',
  ],
  ...[
    'Asia/Calcutta',
    '+02:00',
    'EUR',
    'dem',
    'huf',
    'xxx',
    "o'brien@example.com",
    'ann@bücher.de',
    'a@b',
    'pm_card_visa',
    'pm_x',
  ],
  ...[
    '0'.repeat(24),
    'f'.repeat(24),
    'x'.repeat(24),
    'WyJhIiwiYiJd',
    'WzFlNDAwLCJhIl0=',
    'bnVsbA==',
    'W10=',
    '7KQ2–M4XD–9TFA–R0ZB\u200b',
  ],
]

/** Values that a header may have on the wire. */
const oddHeaders = [
  ...[
    '',
    ',',
    ';',
    '=',
    '*',
    '"',
    '\\',
    'a'.repeat(4000),
    '\u00e4\u00ff',
    ';;q=',
    'q=1',
    '%',
    '%00',
    '0',
    '-1',
    'null',
    '{}',
    '[]',
    '(){:;};',
  ],
  ...[
    'zh-cmn-Hans-CN,zh;q=0.9',
    'i-klingon',
    'x-y-z',
    'en-u-nu-arab',
    '*;q=0',
    'de_CH',
    `${'a-'.repeat(400)}b`,
    'en;q=1.5,de;q=-1',
  ],
  ...[
    'gzip;q=0, identity;q=0',
    'br',
    'bytes=0-',
    'bytes=99-1',
    'bytes=a-b',
    'W/"x"',
    '"',
    'Bearer',
    'Bearer a.b.c',
    'Bearer  ',
    'Basic eDp5',
  ],
  ...[
    '00-0-0-00',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'ff-x',
    'a=b,c=d',
    '127.0.0.1',
    '::1',
    '1.2.3.4, 5.6.7.8',
    'unknown',
  ],
  ...[
    'http://',
    'https://evil.example',
    'null',
    'javascript:',
    'http://[::1',
    'access=; refresh=',
    'access=x; access=y',
    '=;=;;',
    'a',
    'language=xx',
  ],
  ...[
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'a/b/c',
    '/',
  ],
  ...[
    't=1,v1=00',
    't=,v1=',
    'auth',
    'tickets',
    'web, payments',
    'cross-site',
    'same-origin',
    'same-site',
    'none',
    'OPTIONS',
    'keep-alive, x',
  ],
]

const headerNames =
  'accept accept-charset accept-encoding accept-language authorization baggage cache-control content-encoding content-type ' +
  'cookie dapr-api-token dapr-app-id dapr-caller-app-id dnt forwarded if-match if-modified-since if-none-match ' +
  'idempotency-key last-event-id origin pragma range referer sec-fetch-mode sec-fetch-site stripe-signature traceparent ' +
  'tracestate user-agent via x-forwarded-for x-forwarded-host x-forwarded-proto x-http-method-override x-real-ip ' +
  'x-request-id x-server-id'

const queryNames =
  'q city from to minPrice maxPrice min max currency sort status limit cursor next done ids a[b] $where id'

export const createInputs = (random: Random, ids: string[]) => {
  const isTrue = random.chance
  const oneOf = <T>(list: readonly T[]): T => list[random.whole(0, list.length - 1)] as T
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: random.whole(0, most) }, make)

  const text = (): string => {
    if (isTrue(0.15)) return oneOf(ids)
    if (isTrue(0.04)) return oneOf(oddTexts).repeat(2_000)
    return isTrue(0.2) ? oneOf(oddTexts) + oneOf(oddTexts) : oneOf(oddTexts)
  }

  const value = (depth = 0): unknown => {
    if (isTrue(0.55)) return text()
    if (depth < 4 && isTrue(0.3)) return isTrue(0.5) ? some(3, () => value(depth + 1)) : object(depth + 1)
    return oneOf([null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, 500, 8_900, 99_999_999_999_999, [], {}])
  }

  const object = (depth = 0): Record<string, unknown> =>
    Object.fromEntries(some(4, () => [oneOf([...oddTexts, 'id', 'title', 'email', '$set']), value(depth + 1)]))

  /** A body that knows the fields of a route, and gets some of them right. */
  const body = (fields: Record<string, unknown>): string => {
    const known = Object.entries(fields).flatMap(([name, example]) => {
      if (isTrue(0.12)) return []
      return [[name, example === undefined || isTrue(0.3) ? value() : example]]
    })
    const whole = JSON.stringify({ ...Object.fromEntries(known), ...(isTrue(0.15) ? object() : {}) })
    if (isTrue(0.85)) return whole
    const depth = oneOf([50, 2_000])
    return oneOf([
      whole.slice(0, -1),
      `\ufeff${whole}`,
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
      `{"a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
      '{"__proto__":{"x":1},"constructor":{"prototype":1}}',
      `{"priceCents":1e400,"title":"\\ud800"}`,
      JSON.stringify(value()),
      'x'.repeat(100_000),
      '',
    ])
  }

  const query = (names: readonly string[]): string => {
    if (isTrue(0.4)) return ''
    if (isTrue(0.08))
      return `?${oneOf(['%', '&&&', '=&=', '%E0%A4%A=%', 'a'.repeat(8_000), '?', '#x', 'q=%00', 'q[]=1&q[]=2'])}`
    const pairs = some(
      4,
      () => `${encoded(oneOf([...names, ...queryNames.split(' ')]))}=${encoded(text().slice(0, 2_000))}`,
    )
    return pairs.length > 0 ? `?${pairs.join('&')}` : ''
  }

  const headers = (): Record<string, string> =>
    Object.fromEntries(
      some(4, () => [
        oneOf(headerNames.split(' ')),
        isTrue(0.2) ? oneOf(oddHeaders) + oneOf(oddHeaders) : oneOf(oddHeaders),
      ]),
    )

  return { isTrue, oneOf, text, body, query, headers, value }
}

/** Percent-encoded, lone surrogates included, which `encodeURIComponent` throws at. */
export const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())
