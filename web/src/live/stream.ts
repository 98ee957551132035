import type { Change, Changes } from './changes.ts'

const MAX_STREAMS = 5000
const MAX_IDS = 100
const BEAT_MS = 20_000
// Connections do not pile up for ever; the browser opens the next one by itself.
const LIFE_MS = 30 * 60_000
const RETRY_MS = 3000
// A reader who takes nothing for this many messages is gone, or as good as gone.
const MAX_UNREAD = 64
const ID = /^[\w-]{1,64}$/

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // nginx would keep the events to itself until its buffer is full.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

const encoder = new TextEncoder()

/** Server-sent events about the tickets of a page: `/live?ids=a,b`. */
export const createStreams = (changes: Changes) => {
  const open = new Set<() => void>()

  const streamOf = (ids: readonly string[]): ReadableStream<Uint8Array> => {
    let end = () => {}
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          const say = (text: string) => {
            if ((controller.desiredSize ?? 0) <= 0) return end()
            controller.enqueue(encoder.encode(text))
          }
          const stopListening = changes.listen(ids, (change: Change) =>
            say(`event: ticket\ndata: ${JSON.stringify(change)}\n\n`),
          )
          const beat = setInterval(() => say(': beat\n\n'), BEAT_MS)
          const life = setTimeout(() => end(), LIFE_MS)
          end = () => {
            if (!open.delete(end)) return
            stopListening()
            clearInterval(beat)
            clearTimeout(life)
            try {
              controller.close()
            } catch {
              // The reader has left, which closed it.
            }
          }
          open.add(end)
          say(`retry: ${RETRY_MS}\n: open\n\n`)
        },
        cancel: () => end(),
      },
      { highWaterMark: MAX_UNREAD },
    )
  }

  const answer = (url: URL, body: (ids: string[]) => ReadableStream<Uint8Array> | null): Response => {
    const ids = (url.searchParams.get('ids') ?? '').split(',')
    if (ids.length > MAX_IDS || !ids.every((id) => ID.test(id))) return new Response(null, { status: 400 })
    if (open.size >= MAX_STREAMS) return new Response(null, { status: 503, headers: { 'retry-after': '30' } })
    return new Response(body(ids), { headers: HEADERS })
  }

  return {
    answer: (url: URL): Response => answer(url, streamOf),
    /** What a stream would say of itself, and no stream. */
    head: (url: URL): Response => answer(url, () => null),
    endAll: (): void => {
      for (const end of [...open]) end()
    },
    size: (): number => open.size,
  }
}
