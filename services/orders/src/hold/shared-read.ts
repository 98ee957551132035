/**
 * Reads that are asked for while one of the same key is under way share the next one. It begins after all of them asked, so
 * that every request sees what was written before it began; and a crowd at one key costs a few reads.
 */
export const sharedRead = <V>(read: (key: string) => Promise<V>) => {
  const underWay = new Map<string, Promise<V>>()
  const next = new Map<string, Promise<V>>()

  const start = (key: string): Promise<V> => {
    next.delete(key)
    const reading = read(key)
    underWay.set(key, reading)
    const forget = () => {
      if (underWay.get(key) === reading) underWay.delete(key)
    }
    reading.then(forget, forget)
    return reading
  }

  return (key: string): Promise<V> => {
    const before = underWay.get(key)
    if (!before) return start(key)
    const waiting = next.get(key)
    if (waiting) return waiting
    const startNext = () => start(key)
    const after = before.then(startNext, startNext)
    next.set(key, after)
    return after
  }
}
