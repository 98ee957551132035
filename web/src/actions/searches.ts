import { apiQuery } from '../domain/listing-query.ts'
import { redirectOnSuccess, type Submit, text } from './form.ts'

const here = '/searches'
const NAMES = ['q', 'city', 'from', 'to', 'currency', 'minPrice', 'maxPrice']

/** The listing's page saves the search that it shows; the page of saved searches ends one. */
export const changeSearches: Submit = async ({ api, fields }) => {
  const id = text(fields, 'searchId')
  if (id) {
    const path = `/api/tickets/searches/${encodeURIComponent(id)}`
    return redirectOnSuccess(await api('DELETE', path), `${here}?done=ended`)
  }
  const asked = new URLSearchParams(apiQuery(text(fields, 'search')))
  const body = Object.fromEntries([...asked].filter(([name]) => NAMES.includes(name)))
  return redirectOnSuccess(await api('POST', '/api/tickets/searches', { body }), `${here}?done=saved`)
}
