const FRESH_MS = 1000
const STALE_MS = 5000
// Searches differ without end; the home page itself is one of them.
const MAX_KEPT = 200

interface Entry<T> {
  at: number
  value: Promise<T>
  /** once it is known */
  known?: T
  isRevalidating: boolean
}

interface Keeping<T> {
  isWorthKeeping: (value: T) => boolean
  now?: () => number
}

/**
 * What is read for everybody alike, asked once for all who want it within a second; who comes a little later is given it
 * at once while it is asked anew. As soon as something has changed, `forget` takes away what it concerns, and what is
 * still on its way.
 */
export const createStaleWhileRevalidate = <T>({ isWorthKeeping, now = Date.now }: Keeping<T>) => {
  const kept = new Map<string, Entry<T>>()

  const askFirst = (key: string, ask: () => Promise<T>): Promise<T> => {
    if (kept.size >= MAX_KEPT) kept.clear()
    const entry: Entry<T> = { at: now(), value: ask(), isRevalidating: false }
    const drop = () => {
      if (kept.get(key) === entry) kept.delete(key)
    }
    kept.set(key, entry)
    entry.value.then((value) => {
      entry.known = value
      if (!isWorthKeeping(value)) drop()
    }, drop)
    return entry.value
  }

  const askAnew = (key: string, known: Entry<T>, ask: () => Promise<T>): void => {
    known.isRevalidating = true
    const entry: Entry<T> = { at: now(), value: ask(), isRevalidating: false }
    const giveUp = () => {
      known.isRevalidating = false
    }
    entry.value.then((value) => {
      entry.known = value
      if (!isWorthKeeping(value)) giveUp()
      else if (kept.get(key) === known) kept.set(key, entry)
    }, giveUp)
  }

  return {
    read: (key: string, ask: () => Promise<T>): Promise<T> => {
      const known = kept.get(key)
      const age = known ? now() - known.at : STALE_MS
      if (!known || age >= STALE_MS) return askFirst(key, ask)
      if (age >= FRESH_MS && !known.isRevalidating) askAnew(key, known, ask)
      return known.value
    },
    /** Forgets what is concerned, or everything; what is still being asked for may be. */
    forget: (isConcerned: (value: T) => boolean = () => true): void => {
      for (const [key, { known, isRevalidating }] of kept)
        if (known === undefined || isRevalidating || isConcerned(known)) kept.delete(key)
    },
  }
}

export type StaleWhileRevalidate<T> = ReturnType<typeof createStaleWhileRevalidate<T>>
