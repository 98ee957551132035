import { apiQuery } from '../domain/listing-query.ts'
import { type FormAction, redirectOnSuccess, text } from './form.ts'

const here = '/searches'
const names = ['q', 'city', 'from', 'to', 'currency', 'minPrice', 'maxPrice']

/** The listing's page saves the search that it shows; the page of saved searches ends one. */
export const changeSearches: FormAction = async ({ api, fields }) => {
  const id = text(fields, 'searchId')
  if (id) {
    const path = `/api/tickets/searches/${encodeURIComponent(id)}`
    return redirectOnSuccess(await api('DELETE', path), `${here}?done=ended`)
  }
  const asked = new URLSearchParams(apiQuery(text(fields, 'search')))
  const body = Object.fromEntries([...asked].filter(([name]) => names.includes(name)))
  return redirectOnSuccess(await api('POST', '/api/tickets/searches', { body }), `${here}?done=saved`)
}
