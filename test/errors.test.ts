import { expect, test } from 'bun:test'
import { statusByCode } from '@fairpass/sdk/errors'

const root = new URL('..', import.meta.url).pathname

/** The codes of each part's own errors. A new error needs its code here, and in the contract's table (sdk/src/errors.test.ts). */
const codesByPart: Record<string, string[]> = {
  sdk: [
    'account_banned',
    'body_too_large',
    'database_unavailable',
    'email_not_confirmed',
    'forbidden',
    'idempotency_key_reused',
    'internal',
    'malformed_json',
    'not_authenticated',
    'not_found',
    'reauthentication_required',
    'request_validation',
    'second_factor_required',
    'service_unavailable',
    'too_many_requests',
    'unsupported_media_type',
    'version_conflict',
  ],
  'services/auth': [
    'earnings_outstanding',
    'email_in_use',
    'invalid_credentials',
    'refresh_token_invalid',
    'token_invalid',
  ],
  'services/tickets': [
    'file_unreadable',
    'no_barcode',
    'resale_not_possible',
    'ticket_already_listed',
    'ticket_reserved',
    'ticket_sold',
    'ticket_withdrawn',
    'too_many_requests',
  ],
  'services/orders': [
    'claim_not_possible',
    'handover_not_possible',
    'order_not_cancellable',
    'order_not_payable',
    'own_ticket',
    'ticket_being_checked_out',
    'ticket_file_missing',
    'ticket_sold',
    'ticket_withdrawn',
    'too_many_requests',
  ],
  'services/expiration': [],
  'services/payments': [
    'card_declined',
    'coupon_not_redeemable',
    'order_not_payable',
    'payment_not_refundable',
    'service_unavailable',
  ],
}

const sourcesOf = async (part: string) => {
  const paths = await Array.fromAsync(new Bun.Glob('src/**/*.ts').scan({ cwd: `${root}/${part}` }))
  const own = paths.filter((path) => !path.endsWith('.test.ts'))
  return Promise.all(own.map((path) => Bun.file(`${root}/${part}/${path}`).text()))
}

/** Each class that is shown to clients, and the code in its body. */
const errorClasses = (text: string) =>
  text
    .split(/^(?:export )?(?:abstract )?class /m)
    .slice(1)
    .filter((body) => /^\w+ extends \w*(?:Custom)?Error\b/.test(body))
    .map((body) => ({ name: /^\w+/.exec(body)?.[0] ?? '', code: /readonly code = '(\w+)'/.exec(body)?.[1] }))

for (const [part, codes] of Object.entries(codesByPart))
  test(`${part} refuses with the codes that are listed for it`, async () => {
    const classes = (await sourcesOf(part)).flatMap(errorClasses)
    // Passes on what another service said, with the code that it said.
    const own = classes.filter(({ name, code }) => code !== undefined && name !== 'RelayedProblemError')
    expect([...new Set(own.map(({ code }) => code ?? ''))].toSorted()).toEqual(codes)
    for (const { code } of own) expect(Object.keys(statusByCode)).toContain(code ?? '')
  })

test('every code of the table is one that somebody refuses with', () => {
  expect([...new Set(Object.values(codesByPart).flat())].toSorted()).toEqual(Object.keys(statusByCode).toSorted())
})

test('the gateway’s own refusals are of the same table', async () => {
  const text = await Bun.file(`${root}/web/src/gateway/problem.ts`).text()
  const own = [...text.matchAll(/^ {2}(\w+): \{\s*status: (\d+)/gm)].map(([, code, status]) => [code, Number(status)])
  expect(own.length).toBeGreaterThan(4)
  for (const [code, status] of own) expect(statusByCode).toMatchObject({ [`${code}`]: status })
})
