import { parameterRefused } from '../errors.ts'
import type { EntryKind, EntryOf, Page, Storage } from '../storage.ts'
import { branch, type Form, list, only, required, text, whole } from './form.ts'

const maxLimit = 100
const defaultLimit = 10

const limitOf = (form: Form): number => {
  const limit = whole(form, 'limit') ?? defaultLimit
  if (limit < 1 || limit > maxLimit) {
    throw parameterRefused('parameter_invalid_integer', 'limit', `limit must be between 1 and ${maxLimit}.`)
  }
  return limit
}

const createdOf = (form: Form): Page['createdSeconds'] => {
  if (typeof form.created === 'string') {
    const exactly = whole(form, 'created')
    return exactly === undefined ? undefined : { gte: exactly, lte: exactly }
  }
  const range = branch(form, 'created')
  if (!range) return undefined
  const bounds = { gt: whole(range, 'gt'), gte: whole(range, 'gte'), lt: whole(range, 'lt'), lte: whole(range, 'lte') }
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined))
}

/** The filters of Stripe's lists that are used, over any kind of entry. */
export const pageOf = (form: Form, more: readonly string[] = []): Page => {
  only(form, ['limit', 'starting_after', 'ending_before', 'created', 'expand', ...more])
  return {
    limit: limitOf(form),
    startingAfter: text(form, 'starting_after'),
    endingBefore: text(form, 'ending_before'),
    createdSeconds: createdOf(form),
    about: text(form, 'payment_intent'),
    charge: text(form, 'charge'),
    transferGroup: text(form, 'transfer_group'),
    destination: text(form, 'destination'),
    type: text(form, 'type'),
  }
}

export const listed = <K extends EntryKind>(
  storage: Storage,
  kind: K,
  url: string,
  page: Page,
  shown: (entry: EntryOf<K>) => unknown = (entry) => entry,
) => {
  const found = storage.list(kind, { ...page, limit: page.limit + 1 })
  // A page backwards drops its farthest entry, which comes first.
  const more = found.length > page.limit
  const data = more && page.endingBefore !== undefined ? found.slice(1) : found.slice(0, page.limit)
  return { object: 'list', url, has_more: more, data: data.map(shown) }
}

const createdClause = /^\s*created\s*(<|<=|>|>=|:)\s*(\d{1,12})\s*$/
const bounds: Record<string, 'lt' | 'lte' | 'gt' | 'gte'> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' }
const fieldClause = /^\s*(?:metadata\[(['"])([\w.-]{1,40})\1\]|(status))\s*:\s*(['"])([^'"]{1,500})\4\s*$/

const createdIn = (clause: string): Page['createdSeconds'] => {
  const [, sign = '', seconds] = createdClause.exec(clause) ?? []
  if (seconds === undefined) return undefined
  const bound = bounds[sign]
  return bound ? { [bound]: Number(seconds) } : { gte: Number(seconds), lte: Number(seconds) }
}

const clausesOf = (query: string): Pick<Page, 'metadata' | 'status' | 'createdSeconds'> => {
  const metadata: Record<string, string> = {}
  let status: string | undefined
  let createdSeconds: Page['createdSeconds']
  for (const clause of query.split(/\s+AND\s+/i)) {
    const created = createdIn(clause)
    if (created) {
      createdSeconds = { ...createdSeconds, ...created }
      continue
    }
    const [, , key, field, , value] = fieldClause.exec(clause) ?? []
    if (value === undefined) {
      throw parameterRefused('parameter_invalid', 'query', `We were unable to parse your search query: ${query}`)
    }
    if (key !== undefined) metadata[key] = value
    if (field !== undefined) status = value
  }
  return { metadata, status, createdSeconds }
}

/** `metadata['orderId']:'…'`, `status:'…'` and `created<…`, joined by AND. Here a search sees what was written a moment ago. */
export const searched = (storage: Storage, form: Form) => {
  only(form, ['query', 'limit', 'page', 'expand'])
  const limit = limitOf(form)
  const page: Page = { ...clausesOf(required(form, 'query')), limit: limit + 1, startingAfter: text(form, 'page') }
  const found = storage.list('payment_intent', page)
  const data = found.slice(0, limit)
  const more = found.length > limit
  return {
    object: 'search_result',
    url: '/v1/payment_intents/search',
    has_more: more,
    next_page: more ? (data.at(-1)?.id ?? null) : null,
    data,
  }
}

const expandable: Record<string, EntryKind> = {
  latest_charge: 'charge',
  charge: 'charge',
  payment_intent: 'payment_intent',
  payment_method: 'payment_method',
}

const fieldsOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined

const expandedAt = (storage: Storage, value: unknown, path: string[]): unknown => {
  const [name, ...rest] = path
  const fields = fieldsOf(value)
  if (name === undefined || fields === undefined) return value
  if (Array.isArray(value)) return value.map((each) => expandedAt(storage, each, path))
  const isList = fields.object === 'list' || fields.object === 'search_result'
  if (isList && name === 'data') return { ...fields, data: expandedAt(storage, fields.data, rest) }
  const kind = expandable[name]
  if (!kind || !(name in fields)) {
    throw parameterRefused('parameter_invalid', 'expand', `This property cannot be expanded (${name}).`)
  }
  const id = fields[name]
  const entry = typeof id === 'string' ? storage.find(kind, id) : id
  return { ...fields, [name]: expandedAt(storage, entry ?? id, rest) }
}

const maxExpanded = 10

/** `expand[]=latest_charge`, `expand[]=data.latest_charge`: ids become the objects that they name. */
export const expanded = (storage: Storage, form: Form, body: unknown): unknown =>
  list(form, 'expand')
    .slice(0, maxExpanded)
    .reduce((value: unknown, path) => expandedAt(storage, value, path.split('.')), body)
