const FRESH_MS = 1000
// Searches differ without end; the home page itself is one of them.
const MAX_KEPT = 200

/**
 * What is read for everybody alike, asked once for all who want it within a second, and anew as soon as something has
 * changed: `forget` takes away what is kept and what is still on its way.
 */
export const createKept = <T>({
  isWorthKeeping,
  now = Date.now,
}: {
  isWorthKeeping: (value: T) => boolean
  now?: () => number
}) => {
  const kept = new Map<string, { at: number; value: Promise<T> }>()
  return {
    read: (key: string, ask: () => Promise<T>): Promise<T> => {
      const known = kept.get(key)
      if (known && now() - known.at < FRESH_MS) return known.value
      if (kept.size >= MAX_KEPT) kept.clear()
      const entry = { at: now(), value: ask() }
      const drop = () => {
        if (kept.get(key) === entry) kept.delete(key)
      }
      kept.set(key, entry)
      entry.value.then((value) => isWorthKeeping(value) || drop(), drop)
      return entry.value
    },
    forget: (): void => kept.clear(),
  }
}

export type Kept<T> = ReturnType<typeof createKept<T>>
