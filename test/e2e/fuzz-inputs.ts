import type { Random } from '../chaos/random.ts'
import { headerNames, oddHeaders, oddTexts, queryNames } from './fuzz-corpus.ts'

/** Texts and values, odd ones and such that are known already. */
const createValues = (random: Random, ids: string[]) => {
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

  return { isTrue, oneOf, some, text, value, object }
}
type Values = ReturnType<typeof createValues>

const createBody = ({ isTrue, oneOf, value, object }: Values) => {
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

  return body
}

/** What is sent, made of what is in the corpus and of what a route takes. */
export const createInputs = (random: Random, ids: string[]) => {
  const values = createValues(random, ids)
  const { isTrue, oneOf, some, text, value } = values

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

  return { isTrue, oneOf, text, body: createBody(values), query, headers, value }
}

/** Percent-encoded, lone surrogates included, which `encodeURIComponent` throws at. */
export const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())
