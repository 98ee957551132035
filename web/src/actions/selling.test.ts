import { expect, test } from 'bun:test'
import { catalogues } from '../i18n/catalogues.ts'
import type { Api, ApiResponse } from '../server/api/api.ts'
import { changeListing, sell } from './selling.ts'

// Guarantee: what is refused leaves no listing behind, and what may be on sale is never taken back by the form.

const id = '0123456789abcdef01234567'
const typed = {
  ...{ title: 'Jazz', venue: 'Hall', city: 'Oslo', startsAt: '2035-03-01T20:00', timeZone: 'Europe/Oslo' },
  ...{ price: '19.99', currency: 'usd', idempotencyKey: 'the-key-of-the-page' },
}
const refusal = (status: number, code: string): Partial<ApiResponse> => ({
  status,
  body: { type: 'about:blank', title: 'x', status, code, errors: [{ message: 'No.' }], traceId: 'a' },
})

/** Sells a file under answers of the API; `calls` is what was asked of it, `keys` under which Idempotency-Key. */
const press = async (listed: Partial<ApiResponse>, uploaded: Partial<ApiResponse>, content = 'a ticket') => {
  const calls: string[] = []
  const keys: (string | undefined)[] = []
  const api: Api = async (method, path, { idempotencyKey } = {}): Promise<ApiResponse> => {
    calls.push(`${method} ${path}`)
    keys.push(idempotencyKey)
    const answer = path.endsWith('/file') ? uploaded : method === 'DELETE' ? { status: 204 } : listed
    return { status: 201, body: { id }, cookies: [], ...answer }
  }
  const files = [new File([content], 'ticket.pdf', { type: 'application/pdf' })]
  const form = { api, fields: new URLSearchParams(typed), files, id: '', messages: catalogues.en, locale: 'en' }
  return { outcome: await sell(form), calls, keys }
}
const isTakenBack = (calls: string[]) => calls.includes(`DELETE /api/tickets/${id}`)

test('a file that is refused takes its listing back', async () => {
  const { outcome, calls } = await press({}, refusal(422, 'file_unreadable'))
  expect(outcome).toMatchObject({ failure: { status: 422, code: 'file_unreadable' } })
  expect(isTakenBack(calls)).toBe(true)
})

test('a second press takes nothing back that the first has listed', async () => {
  const { outcome, calls } = await press({ isReplayed: true }, refusal(409, 'ticket_already_listed'))
  expect(outcome).toMatchObject({ failure: { code: 'ticket_already_listed' } })
  expect(isTakenBack(calls)).toBe(false)
})

test('an upload whose end is not known takes nothing back, and says where to look', async () => {
  const { outcome, calls } = await press({}, refusal(503, 'service_unavailable'))
  const message = expect.stringContaining('Look at your listings')
  expect(outcome).toMatchObject({ failure: { status: 503, errors: [{ message }] } })
  expect(isTakenBack(calls)).toBe(false)
})

// Guarantee: of two tickets that are sold one after the other, by the Back button, none takes the other's place.
test('the same form with another file is another listing, with the same file the same one', async () => {
  const [first, again, other] = [await press({}, {}), await press({}, {}), await press({}, {}, 'another ticket')]
  expect(again.keys).toEqual(first.keys)
  expect(other.keys[0]).not.toBe(first.keys[0])
})

// Guarantee: what only the form can detect is refused in the reader’s own words and money.

/** What is said at the fields of a listing with these, each once. */
const refusedAt = async (language: 'en' | 'de', fields: Record<string, string>) => {
  const api: Api = async () => ({ status: 201, body: { id }, cookies: [] })
  const all = new URLSearchParams({ ...typed, currency: 'eur', ...fields })
  const form = { api, fields: all, files: [], id: '', messages: catalogues[language], locale: language }
  const outcome = await sell(form)
  const errors = 'failure' in outcome ? outcome.failure.errors : []
  return errors.map(({ field, message }) => [field, message.replaceAll('\u00a0', ' ')])
}

test.each(['0', '1000000000'])('a face value of %s is refused with what is allowed', async (faceValue) => {
  const [[field, words] = []] = await refusedAt('de', { faceValue })
  expect(field).toBe('faceValue')
  expect(words).toBe('Der Nennwert muss zwischen 0,50 € und 999.999,99 € liegen')
  expect(await refusedAt('en', { faceValue })).toEqual([
    ['faceValue', 'The face value must be between €0.50 and €999,999.99'],
  ])
})

test('a face value of earlier rules does not stand in the way of another change', async () => {
  const { price: _, idempotencyKey: __, ...same } = typed
  const stored = { id, ...same, startsAt: '2035-03-01T19:00:00.000Z', priceCents: 1999, faceValueCents: 10 }
  const kept = { sellerId: id, status: 'available', createdAt: '2030-01-01T00:00:00.000Z', version: 1 }
  const api: Api = async () => ({ status: 200, body: { ...stored, ...kept }, cookies: [] })
  const fields = new URLSearchParams({ ...typed, title: 'More jazz', faceValue: '0.10' })
  const outcome = await changeListing({ api, fields, files: [], id, messages: catalogues.en, locale: 'en' })
  expect(outcome).toMatchObject({ to: '/listings?done=saved' })
})

test('a time that the clocks skip is told from one that is missing', async () => {
  const skipped = { startsAt: '2030-03-31T02:30', timeZone: 'Europe/Vienna' }
  expect(await refusedAt('en', skipped)).toEqual([
    ['startsAt', 'This time does not exist there on that day: the clocks go forward'],
  ])
  expect(await refusedAt('de', skipped)).toEqual([
    ['startsAt', 'Diese Uhrzeit gibt es dort an dem Tag nicht: Die Uhren werden vorgestellt'],
  ])
  for (const startsAt of ['', '2030-02-31T02:30'])
    expect(await refusedAt('en', { ...skipped, startsAt })).toEqual([['startsAt', catalogues.en.sell.sayWhen]])
})
