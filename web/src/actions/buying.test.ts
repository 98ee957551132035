import { expect, test } from 'bun:test'
import { catalogues } from '../i18n/catalogues.ts'
import { shownFailure } from '../i18n/error-message.ts'
import type { Api } from '../server/api/api.ts'
import { checkOut } from './buying.ts'

// Guarantee: a resale that is refused says why in whole sentences, since the order’s page has no fields to point at.

/** What the page shows, each with the field whose label would stand before it. */
const refusedResale = async (language: 'en' | 'de', message: string, field: string) => {
  const body = {
    type: 'about:blank',
    title: 'x',
    status: 400,
    code: 'request_validation',
    errors: [{ message, field }],
  }
  const api: Api = async () => ({ status: 400, body, cookies: [] })
  const reader = { messages: catalogues[language], locale: language }
  const outcome = await checkOut({
    api,
    fields: new URLSearchParams({ intent: 'resell' }),
    files: [],
    id: 'o1',
    ...reader,
  })
  const errors = 'failure' in outcome ? shownFailure(reader, outcome.failure).errors : []
  return errors.map((error) => [error.field, error.message.replace(/\s/gu, ' ')])
}

test.each([
  ['en', 'The price must be at most €5.50: 110% of the face value'],
  ['de', 'Der Preis darf höchstens 5,50 € betragen: 110 % des Nennwerts'],
] as const)('above the cap, with the highest price: %s', async (language, cap) => {
  const refused = await refusedResale(language, 'must be at most 5.50 EUR: 110 % of the face value', 'priceCents')
  expect(refused).toEqual([
    [undefined, catalogues[language].handover.notResold.atThisPrice],
    [undefined, cap],
  ])
})

test.each(['en', 'de'] as const)('without a face value, or at a price that no card pays: %s', async (language) => {
  const { atThisPrice, withoutFaceValue } = catalogues[language].handover.notResold
  const message = 'must be given: the price may be at most 110 % of it'
  expect(await refusedResale(language, message, 'faceValueCents')).toEqual([[undefined, withoutFaceValue]])
  expect(await refusedResale(language, 'must be at most 99 in eur', 'priceCents')).toEqual([[undefined, atThisPrice]])
})
