const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/

const randomHex = (bytes: number): string => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')

export type Trace = {
  traceId: string
  traceparent: string
  /** The caller's own trace goes on; without one, a trace starts here. */
  isContinued: boolean
}

/** W3C Trace Context: an all-zero or malformed traceparent counts as none. */
export const traceOf = (traceparent: string | null): Trace => {
  const [, traceId, parentId] = traceparentPattern.exec(traceparent ?? '') ?? []
  if (traceparent && traceId && !/^0+$/.test(traceId) && parentId && !/^0+$/.test(parentId)) {
    return { traceId, traceparent, isContinued: true }
  }
  const started = randomHex(16)
  return { traceId: started, traceparent: `00-${started}-${randomHex(8)}-01`, isContinued: false }
}

/** The same trace, of which nobody downstream records anything. */
export const unsampled = (traceparent: string): string => `${traceparent.slice(0, -2)}00`
