import { getRequestEvent, type RequestEvent } from 'solid-js/web'
import type * as v from 'valibot'
import { shownLoaded } from '../i18n/error-message.ts'
import { fillPath, type PathParams, type ResponseByPath, type SchemaFor } from './api-types.ts'
import { type Loaded, loadedFrom } from './loaded.ts'

// Pages are whole documents, so these run on the server only; the browser takes their results out of the page.
export const requestEvent = (): RequestEvent => {
  const event = getRequestEvent()
  if (event === undefined) throw new Error('Pages are read on the server')
  return event
}

type Path = keyof ResponseByPath

type LoadOptions = {
  search?: string
  timeoutMs?: number
}

/** Asks for a path that some service answers, and reads what its answer holds; a refusal is in the API's own words. */
export const loadAsIs = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
  { search = '', timeoutMs }: LoadOptions = {},
): Promise<Loaded<v.InferOutput<S>>> => {
  const { api } = requestEvent().locals.visit
  return loadedFrom(schema, await api('GET', fillPath(path, params) + search, timeoutMs ? { timeoutMs } : {}))
}

/** The same, with a refusal in the reader's language. */
export const load = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
  options: LoadOptions = {},
): Promise<Loaded<v.InferOutput<S>>> =>
  shownLoaded(requestEvent().locals.visit, await loadAsIs(path, schema, params, options))

/** What a page is about: without it the page says why. */
export const loadOrFail = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
  search = '',
): Promise<Loaded<v.InferOutput<S>>> => {
  const loaded = await load(path, schema, params, { search })
  if (!loaded.ok) requestEvent().response.status = loaded.failure.status
  return loaded
}

// A page is complete without these: the service that knows them may be away.
const optionalTimeoutMs = 2000

export const readOptional = async <P extends Path, S extends v.GenericSchema>(
  path: P,
  schema: SchemaFor<S, ResponseByPath[P]>,
  params: PathParams<P>,
): Promise<v.InferOutput<S> | undefined> => {
  const loaded = await load(path, schema, params, { timeoutMs: optionalTimeoutMs })
  return loaded.ok ? loaded.value : undefined
}

export const cursorOf = (search: string): string => {
  const cursor = new URLSearchParams(search).get('cursor')
  return cursor ? `?cursor=${encodeURIComponent(cursor.slice(0, 500))}` : ''
}

/** The cursor of an address, and the status that its list is held to. */
export const cursorAndStatusOf = (search: string): string => {
  const status = new URLSearchParams(search).get('status')
  const cursor = cursorOf(search)
  return status ? `${cursor || '?'}${cursor && '&'}status=${encodeURIComponent(status.slice(0, 20))}` : cursor
}
