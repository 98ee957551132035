import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readEmail } from './email.ts'

test.each([
  ['ann@example.com', 'ann@example.com'],
  ['  Ann@Example.COM ', 'ann@example.com'],
  ['\u200bann@example.com\ufeff', 'ann@example.com'],
  ["o'brien@example.com", "o'brien@example.com"],
  ['o’brien@example.com', "o'brien@example.com"],
  ['ann+opera@mail.example.com', 'ann+opera@mail.example.com'],
  ['a.b-c_d~e!f#g$h%i&j*k/l=m?n^o`p{q|r}s@example.com', 'a.b-c_d~e!f#g$h%i&j*k/l=m?n^o`p{q|r}s@example.com'],
  ['ann@xn--bcher-kva.de', 'ann@xn--bcher-kva.de'],
  ['ann@bücher.de', 'ann@xn--bcher-kva.de'],
  ['ann@BÜCHER.de', 'ann@xn--bcher-kva.de'],
  ['ann@bu\u0308cher.de', 'ann@xn--bcher-kva.de'],
  ['Ann@XN--BCHER-KVA.DE', 'ann@xn--bcher-kva.de'],
  ['ann@straße.de', 'ann@xn--strae-oqa.de'],
  ['用户@例子.广告', '用户@xn--fsqu00a.xn--4rr70v'],
  ['用户@例子。广告', '用户@xn--fsqu00a.xn--4rr70v'],
  ['अजय@डाटा.भारत', 'अजय@xn--c2bd1gb.xn--h2brj9c'],
  ['квіточка@пошта.укр', 'квіточка@xn--80a1acn3a.xn--j1amh'],
  ['Dörte@Sörensen.example.com', 'dörte@xn--srensen-90a.example.com'],
  ['ＡＮＮ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ann@example.com'],
  ['"ann"@example.com', 'ann@example.com'],
  ['"Ann.Lee"@example.com', 'ann.lee@example.com'],
  ['"ann lee"@example.com', '"ann lee"@example.com'],
  ['"Ann\\ Lee"@Example.com', '"ann lee"@example.com'],
  ['"a@b"@example.com', '"a@b"@example.com'],
  ['"a\\"b\\\\c"@example.com', '"a\\"b\\\\c"@example.com'],
  ['"a..b"@example.com', 'a..b@example.com'],
  ['a..b@example.com', 'a..b@example.com'],
  ['"дід мороз"@пошта.укр', '"дід мороз"@xn--80a1acn3a.xn--j1amh'],
  ['ann@museum', 'ann@museum'],
  ['ann@localhost', 'ann@localhost'],
  ['a@b.co', 'a@b.co'],
  ['ann@example.technology', 'ann@example.technology'],
  ['ann@1.example.com', 'ann@1.example.com'],
  [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
])('%p is found as %p', (typed, stored) => {
  expect(readEmail(typed)).toBe(stored)
})

test.each([
  '',
  'ann',
  'ann@',
  '@example.com',
  'ann@@example.com',
  'a b@example.com',
  'ann@exa mple.com',
  'ann@example..com',
  'ann@.example.com',
  'ann@example.com.',
  'ann@-example.com',
  'ann@example-.com',
  'ann@exa_mple.com',
  'ann@example.com/path',
  'ann@example.com:25',
  'ann@xn--a',
  'ann@xn--bcher-kv\u0308a.de',
  'an\u200bn@example.com',
  'ann\u202e@example.com',
  'ann\n@example.com',
  'ann@example.com\r\nbcc: all@example.com',
  'ann,bob@example.com',
  '<ann@example.com>',
  '""@example.com',
  '"ann@example.com',
  'ann"@example.com',
  '"ann"lee@example.com',
  '"ann"."lee"@example.com',
  '"a"b"@example.com',
  '"ann\\"@example.com',
  '"ann\nlee"@example.com',
  '"ann\u2028lee"@example.com',
  '"ann\u202elee"@example.com',
  `"${'a b'.repeat(30)}"@example.com`,
  'ann;bob@example.com',
  `${'a'.repeat(65)}@example.com`,
  `${'ä'.repeat(33)}@example.com`,
  `a@${'b'.repeat(64)}.com`,
  `a@${'b.'.repeat(130)}com`,
  'x'.repeat(5_000),
])('%p is no address', (typed) => {
  expect(readEmail(typed)).toBeUndefined()
})

// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
const html =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

test('what a browser lets through is taken, within the bounds of SMTP', () => {
  const characters = (from: string, max: number) =>
    fc.string({ unit: fc.constantFrom(...from), minLength: 1, maxLength: max })
  const local = characters("abcXYZ019.!#$%&'*+/=?^_`{|}~-", 64)
  const domain = fc
    .array(characters('abcXYZ019-', 20), { minLength: 1, maxLength: 4 })
    .map((labels) => labels.join('.'))
  fc.assert(
    fc.property(local, domain, (name, host) => {
      const typed = `${name}@${host}`
      // A label that begins so is punycode, and this is none.
      if (/(^|\.)..--/.test(host)) return
      expect({ typed, taken: readEmail(typed) !== undefined }).toEqual({ typed, taken: html.test(typed) })
    }),
    { numRuns: 3000 },
  )
})

test('an account is found by its address in any form, and by the form that is stored', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcäöüßçñéøłабвгдежαβγδ日本語한국'),
    minLength: 1,
    maxLength: 10,
  })
  fc.assert(
    fc.property(letters, letters, (name, host) => {
      const stored = readEmail(`${name}@${host}.example.com`)
      expect(stored).toBeDefined()
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
        expect(readEmail(`${name}@${host}.example.com`.normalize(form))).toBe(stored)
      expect(readEmail(stored ?? '')).toBe(stored)
    }),
    { numRuns: 1000 },
  )
})

test('a quoted name is one in whatever way it is quoted', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abc XYZ.,;:<>()[]@"\\'), minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(name, (text) => {
      const stored = readEmail(`"${text.replace(/["\\]/g, '\\$&')}"@example.com`)
      expect(stored).toBeDefined()
      expect(readEmail(`"${text.replace(/./g, '\\$&')}"@example.com`)).toBe(stored)
      expect(readEmail(stored ?? '')).toBe(stored)
    }),
    { numRuns: 1000 },
  )
})

test('nothing that is typed throws or stays unstable', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (one, other) => {
        const read = readEmail(`${one}@${other}`)
        if (read !== undefined) expect(readEmail(read)).toBe(read)
      },
    ),
    { numRuns: 5000 },
  )
})
