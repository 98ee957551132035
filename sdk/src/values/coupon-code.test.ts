import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { couponAlphabet, couponSymbols, readCouponCode, showCouponCode } from './coupon-code.ts'

const code = '7KQ2M4XD9TFAR01B'

test.each([
  '7KQ2-M4XD-9TFA-R01B',
  '7kq2-m4xd-9tfa-r01b',
  ' 7KQ2 M4XD 9TFA R01B ',
  '7KQ2–M4XD–9TFA–R01B',
  '7KQ2—M4XD‐9TFA‑R01B',
  '7KQ2−M4XD－9TFA⁃R01B',
  '7KQ2-M4XD-9TFA-R01B\u200b',
  '\ufeff7KQ2-M4XD\u00ad-9TFA-R01B\u2060',
  '\u202a7KQ2-M4XD-9TFA-R01B\u202c',
  '7KQ2-M4XD-9TFA-R01B\u3164',
  '7KQ2-M4XD-9TFA-ROIB',
  '7KQ2-M4XD-9TFA-RolB',
  '7КQ2-М4ХD-9ТFА-R01В',
  '7ΚQ2-Μ4ΧD-9ΤFΑ-R01Β',
  '７ＫＱ２－Ｍ４ＸＤ－９ＴＦＡ－Ｒ０１Ｂ',
  '٧KQ٢-M٤XD-٩TFA-R٠١B',
  '“7KQ2-M4XD-9TFA-R01B”.',
  '7KQ2_M4XD_9TFA_R01B\n',
  '7KQ2.M4XD.9TFA.R01B',
  '７ＫＱ２ーＭ４ＸＤー９ＴＦＡーＲ０１Ｂ',
  '7KQ2ｰM4XDｰ9TFAｰR01B',
  '7KQ2ـM4XDـ9TFAـR01B',
  '7KQ2ˉM4XDˉ9TFAˉR01B',
])('%p is read', (typed) => {
  expect(readCouponCode(typed)).toBe(code)
})

test.each([
  '',
  '7KQ2-M4XD-9TFA-R01',
  '7KQ2-M4XD-9TFA-R01BB',
  '7KQ2-M4XD-9TFA-R01U',
  '東KQ2-M4XD-9TFA-R01B',
  '7'.repeat(300),
])('%p is no code', (typed) => {
  expect(readCouponCode(typed)).toBeUndefined()
})

test('every code is read back, with anything that is no symbol between', () => {
  const symbols = fc.array(fc.constantFrom(...couponAlphabet), { minLength: couponSymbols, maxLength: couponSymbols })
  const noise = fc.string({ unit: fc.constantFrom(...' -–—‑_.\u200b\u200d\ufeff\u00ad\t\u3000'), maxLength: 2 })
  fc.assert(
    fc.property(symbols, noise, fc.boolean(), (letters, between, isLower) => {
      const plain = letters.join('')
      const typed = isLower ? letters.join(between).toLowerCase() : letters.join(between)
      expect(readCouponCode(typed)).toBe(plain)
      expect(readCouponCode(showCouponCode(plain))).toBe(plain)
    }),
    { numRuns: 1000 },
  )
})

test('nothing that is typed throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
      const read = readCouponCode(typed)
      expect(read === undefined || read.length === couponSymbols).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
