export const faultKinds = [
  /** the connection is accepted, and nothing is ever sent on it */
  'hang',
  /** the connection is turned away at once (554) */
  'refuse',
  /** come back later (451), for each recipient */
  'defer',
  /** there is no such recipient (550 5.1.1) */
  'reject',
  /** the connection ends in the middle of the message, which is not kept */
  'close',
  /** the message is kept, and the connection ends before that is acknowledged */
  'lose-answer',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** What goes wrong, how often (always without a count), and for whom (for everybody without an address). */
export type Fault = { kind: FaultKind; count?: number; to?: string }

/** Faults on demand: the mail server that a sender has to live with. */
export const createFaults = () => {
  let faults: Fault[] = []
  return {
    list: (): readonly Fault[] => faults,
    add: (fault: Fault) => void faults.push({ ...fault }),
    clear: () => {
      faults = []
    },
    /** Whether this goes wrong now; a counted fault is used up by it. */
    strikes: (kind: FaultKind, recipients: readonly string[] = []): boolean => {
      const fault = faults.find(
        (one) => one.kind === kind && (one.to === undefined || recipients.includes(one.to.toLowerCase())),
      )
      if (!fault) return false
      if (fault.count !== undefined && --fault.count <= 0) faults = faults.filter((one) => one !== fault)
      return true
    },
  }
}

export type Faults = ReturnType<typeof createFaults>
