import type { TicketChange, TicketChanges } from './ticket-changes.ts'

const maxStreams = 5000
const maxIds = 100
const heartbeatMs = 20_000
// Connections do not pile up for ever; the browser opens the next one by itself.
const maxStreamAgeMs = 30 * 60_000
const reconnectAfterMs = 3000
// A client that reads nothing for this many messages counts as gone.
const maxUnreadMessages = 64
const idPattern = /^[\w-]{1,64}$/

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx would keep the events to itself until its buffer is full.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

const encoder = new TextEncoder()

type Stream = { changes: TicketChanges; ids: readonly string[]; open: Set<() => void> }

/** The events of a few tickets until the reader leaves, or until it was open for long enough; `open` has how to end it. */
const streamOf = ({ changes, ids, open }: Stream): ReadableStream<Uint8Array> => {
  let end = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string) => {
          if ((controller.desiredSize ?? 0) <= 0) return end()
          controller.enqueue(encoder.encode(text))
        }
        const stopListening = changes.subscribe(ids, (change: TicketChange) =>
          send(`event: ticket\ndata: ${JSON.stringify(change)}\n\n`),
        )
        const heartbeat = setInterval(() => send(': heartbeat\n\n'), heartbeatMs)
        const expiry = setTimeout(() => end(), maxStreamAgeMs)
        end = () => {
          if (!open.delete(end)) return
          stopListening()
          clearInterval(heartbeat)
          clearTimeout(expiry)
          try {
            controller.close()
          } catch {
            // The reader has left, which closed it.
          }
        }
        open.add(end)
        send(`retry: ${reconnectAfterMs}\n: open\n\n`)
      },
      cancel: () => end(),
    },
    { highWaterMark: maxUnreadMessages },
  )
}

/** Server-sent events about the tickets of a page: `/live?ids=a,b`. */
export const createStreams = (changes: TicketChanges) => {
  const open = new Set<() => void>()

  const answer = (url: URL, body: (ids: string[]) => ReadableStream<Uint8Array> | null): Response => {
    const ids = (url.searchParams.get('ids') ?? '').split(',')
    if (ids.length > maxIds || !ids.every((id) => idPattern.test(id))) return new Response(null, { status: 400 })
    if (open.size >= maxStreams) return new Response(null, { status: 503, headers: { 'retry-after': '30' } })
    return new Response(body(ids), { headers })
  }

  return {
    answer: (url: URL): Response => answer(url, (ids) => streamOf({ changes, ids, open })),
    /** The headers of a stream, without a body. */
    head: (url: URL): Response => answer(url, () => null),
    endAll: (): void => {
      for (const end of [...open]) end()
    },
    size: (): number => open.size,
  }
}
