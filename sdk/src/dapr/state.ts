import * as v from 'valibot'
import { failure, parsed, type Sidecar } from './sidecar.ts'

type SaveOptions = {
  /** after which the state store may forget it; only for what may be lost */
  ttlSeconds?: number
  timeoutMs?: number
}

const BulkStates = v.array(
  v.object({
    key: v.string(),
    data: v.optional(v.unknown()),
    etag: v.optional(v.string()),
    error: v.optional(v.string()),
  }),
)

type Bound = { timeoutMs?: number }

const pathOf = (key: string) => `state/statestore/${encodeURIComponent(key)}?consistency=strong`

const firstWrite = { concurrency: 'first-write', consistency: 'strong' } as const

type StoredState = { value: unknown; etag: string }

/** What is under several keys, in one call, not yet parsed; a key that has nothing is not among them. */
const createGetEach =
  ({ callJson }: Pick<Sidecar, 'callJson'>) =>
  async (keys: readonly string[], bound: Bound = {}): Promise<Map<string, StoredState>> => {
    const answer = await callJson('get states', 'state/statestore/bulk', 'POST', { keys }, bound.timeoutMs)
    if (!answer.ok) throw failure(`read states ${keys.join(', ')}`, answer)
    const items = parsed(BulkStates, answer.text)
    const failed = items.find(({ error }) => error !== undefined)
    if (failed) throw failure(`read state ${failed.key}`, { ...answer, text: failed.error ?? '' })
    const isThere = ({ data }: { data?: unknown }) => data !== undefined && data !== null
    return new Map(items.filter(isThere).map(({ key, data, etag = '' }) => [key, { value: data, etag }]))
  }

/** The state store, read and written with ETags. */
export const createState = ({ call, callJson }: Sidecar) => ({
  /** The value under `key`, parsed by `schema`, with the ETag to write it back with; undefined when there is none. */
  getState: async <S extends v.GenericSchema>(key: string, schema: S, bound: Bound = {}) => {
    const answer = await call('get state', pathOf(key), {}, bound.timeoutMs)
    if (answer.status === 204) return undefined
    if (!answer.ok) throw failure(`read state ${key}`, answer)
    return { value: parsed(schema, answer.text), etag: answer.headers.get('etag') ?? '' }
  },

  /** The values under `keys` in one call, not yet parsed; a key that has none is not among them. */
  getStates: async (keys: readonly string[], bound: Bound = {}): Promise<Map<string, unknown>> =>
    new Map([...(await createGetEach({ callJson })(keys, bound))].map(([key, { value }]) => [key, value])),

  /** The same, each with the ETag to write it back with. */
  getStatesWithEtags: createGetEach({ callJson }),

  /**
   * Writes values over what was read of each, in one call.
   * @returns false when one of them was refused: the others may be written all the same
   */
  saveStates: async (written: readonly { key: string; value: unknown; etag: string }[]): Promise<boolean> => {
    const items = written.map((one) => ({ ...one, options: firstWrite }))
    const answer = await callJson('save states', 'state/statestore', 'POST', items)
    if (answer.ok) return true
    if (answer.status === 409) return false
    throw failure(`save states ${written.map(({ key }) => key).join(', ')}`, answer)
  },

  saveState: createSave({ call, callJson }),

  /** Deletes `key`, whoever wrote it last. Never for what an ETag guards: a stale one would then succeed. */
  deleteState: async (key: string, bound: Bound = {}): Promise<void> => {
    const path = `state/statestore/${encodeURIComponent(key)}`
    const answer = await call('delete state', path, { method: 'DELETE' }, bound.timeoutMs)
    if (!answer.ok) throw failure(`delete state ${key}`, answer)
  },
})

/**
 * Writes `value` if nobody else wrote since `etag` was read, or at all when `etag` is undefined (first-write).
 * Redis answers 409 to a stale ETag but 500 to a second first write, so every refusal means: lost, read again.
 * @returns false when the write was refused
 */
const createSave =
  ({ call, callJson }: Pick<Sidecar, 'call' | 'callJson'>) =>
  async (
    key: string,
    value: unknown,
    etag: string | undefined,
    { ttlSeconds, timeoutMs: boundMs }: SaveOptions = {},
  ): Promise<boolean> => {
    const item = {
      key,
      value,
      ...(etag === undefined ? {} : { etag }),
      ...(ttlSeconds === undefined ? {} : { metadata: { ttlInSeconds: `${ttlSeconds}` } }),
      options: firstWrite,
    }
    const answer = await callJson('save state', 'state/statestore', 'POST', [item], boundMs)
    if (answer.ok) return true
    if (answer.status === 409) return false
    // A first write that came second finds the key there; a store that cannot write does not.
    const isTaken =
      answer.status === 500 && etag === undefined && (await call('get state', pathOf(key), {}, boundMs)).status === 200
    if (isTaken) return false
    throw failure(`save state ${key}`, answer)
  }
