import { createSignal, onCleanup, onMount } from 'solid-js'

const pollIntervalMs = 10_000

type Status = 'available' | 'reserved' | 'sold' | 'withdrawn'
type KnownTickets = Record<string, { status: Status; version: number }>

const isKnown = (value: unknown): value is { id: string; status: Status; version?: number } =>
  typeof value === 'object' && value !== null && 'id' in value && 'status' in value

/** The tickets in an answer of the API: one, or a page of them. */
const ticketsIn = (body: unknown): unknown[] => {
  if (typeof body !== 'object' || body === null) return []
  return 'tickets' in body && Array.isArray(body.tickets) ? body.tickets : [body]
}

/**
 * The state of tickets as it changes, in the browser: pushed by the server, or polled where there is no stream. `askAt` is
 * the address of the API that says it, which is asked whenever a stream opens, for what was missed before.
 */
export const watchTickets = (ids: () => string[], askAt: () => string) => {
  const [known, setKnown] = createSignal<KnownTickets>({})

  onMount(() => {
    const watched = ids().slice(0, 100)
    if (watched.length === 0) return
    const merge = (value: unknown) => {
      if (!isKnown(value)) return
      const { id, status, version = 0 } = value
      // Events have no order among them; the version has.
      setKnown((before) => ((before[id]?.version ?? 0) > version ? before : { ...before, [id]: { status, version } }))
    }
    const poll = async () => {
      const answer = await fetch(askAt(), { signal: AbortSignal.timeout(pollIntervalMs) }).catch(() => undefined)
      if (answer?.ok) for (const ticket of ticketsIn(await answer.json())) merge(ticket)
    }
    let isStreaming = false
    const stream = new EventSource(`/live?ids=${watched.join(',')}`)
    stream.addEventListener('open', () => {
      isStreaming = true
      void poll()
    })
    stream.addEventListener('error', () => {
      isStreaming = false
    })
    stream.addEventListener('ticket', (event) => merge(JSON.parse(event.data)))
    const timer = setInterval(() => {
      if (!isStreaming && !document.hidden) void poll()
    }, pollIntervalMs)
    onCleanup(() => {
      stream.close()
      clearInterval(timer)
    })
  })

  return (id: string): Status | undefined => known()[id]?.status
}
