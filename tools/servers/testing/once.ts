/**
 * Calls `start` at the first request and gives all later ones the same result. After a failure the next request tries again.
 */
export const once = <T>(start: () => Promise<T>) => {
  let running: Promise<T> | undefined
  const forget = () => {
    running = undefined
  }
  return () => {
    if (!running) {
      running = start()
      running.catch(forget)
    }
    return running
  }
}
