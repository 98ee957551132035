const freshMs = 1000
const staleMs = 5000
// The number of different searches is unbounded; the home page is one of them.
const maxEntries = 200

type Entry<T> = {
  at: number
  value: Promise<T>
  /** once it is known */
  known?: T
  isRevalidating: boolean
}

type StaleWhileRevalidateOptions<T> = {
  isCacheable: (value: T) => boolean
  now?: () => number
}

/**
 * Data that is the same for everybody, read once for all requests within a second; a little later requests get the old value
 * at once while it is revalidated. `clear` drops what a change concerns, and reads that are still under way.
 */
export const createStaleWhileRevalidate = <T>({
  isCacheable,
  now = () => performance.now(),
}: StaleWhileRevalidateOptions<T>) => {
  const entries = new Map<string, Entry<T>>()

  const fetchFresh = (key: string, ask: () => Promise<T>): Promise<T> => {
    if (entries.size >= maxEntries) entries.clear()
    const entry: Entry<T> = { at: now(), value: ask(), isRevalidating: false }
    const drop = () => {
      if (entries.get(key) === entry) entries.delete(key)
    }
    entries.set(key, entry)
    entry.value.then((value) => {
      entry.known = value
      if (!isCacheable(value)) drop()
    }, drop)
    return entry.value
  }

  const revalidate = (key: string, known: Entry<T>, ask: () => Promise<T>): void => {
    known.isRevalidating = true
    const entry: Entry<T> = { at: now(), value: ask(), isRevalidating: false }
    const keepStale = () => {
      known.isRevalidating = false
    }
    entry.value.then((value) => {
      entry.known = value
      if (!isCacheable(value)) keepStale()
      else if (entries.get(key) === known) entries.set(key, entry)
    }, keepStale)
  }

  return {
    read: (key: string, ask: () => Promise<T>): Promise<T> => {
      const known = entries.get(key)
      const age = known ? now() - known.at : staleMs
      if (!known || age >= staleMs) return fetchFresh(key, ask)
      if (age >= freshMs && !known.isRevalidating) revalidate(key, known, ask)
      return known.value
    },
    /** Drops what is concerned, or everything; reads under way may be concerned, too. */
    clear: (isConcerned: (value: T) => boolean = () => true): void => {
      for (const [key, { known, isRevalidating }] of entries)
        if (known === undefined || isRevalidating || isConcerned(known)) entries.delete(key)
    },
  }
}

export type StaleWhileRevalidate<T> = ReturnType<typeof createStaleWhileRevalidate<T>>
