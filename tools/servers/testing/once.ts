/** `start` is called when it is first asked for; everybody gets that one. A start that failed is tried again by the next. */
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
