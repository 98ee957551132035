/** A change of a ticket, for the pages that show it. */
export type TicketChange = {
  id: string
  status: 'available' | 'reserved' | 'sold' | 'withdrawn'
  /** when it happened, in milliseconds since 1970: events of orders and tickets arrive in any order */
  version: number
}

type Listener = (change: TicketChange) => void

/** The open pages of this process that watch tickets. An event reaches exactly those that watch its ticket. */
export const createTicketChanges = () => {
  const listeners = new Map<string, Set<Listener>>()
  return {
    publish: (change: TicketChange): void => {
      for (const listener of listeners.get(change.id) ?? []) listener(change)
    },
    /** Returns what ends it. */
    subscribe: (ids: readonly string[], listener: Listener): (() => void) => {
      for (const id of ids) {
        const those = listeners.get(id) ?? new Set()
        listeners.set(id, those.add(listener))
      }
      return () => {
        for (const id of ids) {
          const those = listeners.get(id)
          those?.delete(listener)
          if (those?.size === 0) listeners.delete(id)
        }
      }
    },
    /** How many tickets are watched. */
    watched: (): number => listeners.size,
  }
}

export type TicketChanges = ReturnType<typeof createTicketChanges>
