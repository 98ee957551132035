/**
 * What Stripe charges cards in, and how it counts: https://docs.stripe.com/currencies. One table for API, pages and both
 * renderers, since `Intl` of a server and of a browser know different digits for the same currency.
 */

/** As Stripe's API lists them when asked for another one, without those that are no money any more. */
const codes =
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny ' +
  'cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod ' +
  'jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio ' +
  'nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd ' +
  'top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw'

const zeroDecimal = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
/** Stripe takes these only in tens of their smallest unit: https://docs.stripe.com/currencies#three-decimal */
const threeDecimal = new Set('bhd jod kwd omr tnd'.split(' '))
/** No decimals in daily life, but two at Stripe, which must be zeros: https://docs.stripe.com/currencies#special-cases */
const zeroFraction = new Set(['isk', 'ugx'])

/** The least charge in minor units where Stripe says another one than 50: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const minima: Record<string, number> = {
  aed: 200,
  bgn: 100,
  czk: 1_500,
  dkk: 250,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  mxn: 1_000,
  myr: 200,
  nok: 300,
  pln: 200,
  ron: 200,
  sek: 300,
  thb: 1_000,
}
const leastElsewhere = 50

/** The most digits of a charge where Stripe takes more than eight. */
const maxima: Record<string, number> = { cop: 9_999_999_999, idr: 999_999_999_999, inr: 999_999_999 }
const mostElsewhere = 99_999_999

export type Currency = {
  /** a lower-case ISO 4217 code */
  code: string
  /** how many decimals of the major unit a minor unit is: an amount of 500 is 5 at 2 */
  digits: number
  /** how many of them people write */
  shownDigits: number
  /** the smallest amount that Stripe moves, in minor units; every amount is a multiple of it */
  increment: number
  /** Stripe's least and most for one charge, in minor units, both multiples of `increment` */
  min: number
  max: number
}

const currencyOf = (code: string): Currency => {
  const digits = zeroDecimal.has(code) ? 0 : threeDecimal.has(code) ? 3 : 2
  const increment = threeDecimal.has(code) ? 10 : zeroFraction.has(code) ? 100 : 1
  const most = maxima[code] ?? mostElsewhere
  return {
    code,
    digits,
    shownDigits: zeroFraction.has(code) ? 0 : digits,
    increment,
    min: Math.ceil((minima[code] ?? leastElsewhere) / increment) * increment,
    max: most - (most % increment),
  }
}

/** Every currency that a ticket can be sold in, by its lower-case code. */
export const currencies: ReadonlyMap<string, Currency> = new Map(
  codes.split(' ').map((code) => [code, currencyOf(code)]),
)

/** What is known of a currency; one that Stripe does not take (an old listing may have it) counts in hundredths. */
export const currencyNamed = (code: string): Currency =>
  currencies.get(code.toLowerCase()) ?? currencyOf(code.toLowerCase())

/** The smallest amount of a currency that Stripe moves, in minor units. */
export const chargeIncrement = (code: string): number => currencyNamed(code).increment
