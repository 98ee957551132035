import { ServiceUnavailableError } from '@fairpass/sdk/errors'
import { pause } from '@fairpass/sdk/run-periodically'
import { type FileType, FileUnreadableError, NoBarcodeError, typeOf } from '../barcode.ts'
import type { SingleTicket } from './open-file.ts'
import type { Result, Task } from './worker.ts'

type Options = {
  /** how long one file may take, in milliseconds */
  timeoutMs?: number
  /** how many files may wait for their turn */
  maxWaiting?: number
}

/** How long a reader may take until it is ready, in milliseconds. */
const readyWithinMs = 20_000

/** More files than can be read soon are being uploaded. */
class ReaderBusyError extends ServiceUnavailableError {
  override readonly retryAfterSeconds = 5
  constructor() {
    super('Many tickets are being uploaded right now; try again in a few seconds')
  }
}

const workerUrl = new URL('./worker.ts', import.meta.url).href

/** A worker that has loaded its libraries, and one answer of it at a time. */
const startWorker = () => {
  const worker = new Worker(workerUrl, { type: 'module', ref: false })
  let settle: { resolve: (result: Result) => void; reject: (error: Error) => void } | undefined
  const next = () => new Promise<Result>((resolve, reject) => (settle = { resolve, reject }))
  worker.onmessage = ({ data }: MessageEvent<Result>) => settle?.resolve(data)
  worker.onerror = ({ message }) => settle?.reject(new Error(message))
  const ready = next()
  ready.catch(() => {})
  return {
    ready,
    run: (task: Task): Promise<Result> => {
      const result = next()
      worker.postMessage(task)
      return result
    },
    end: () => worker.terminate(),
  }
}

type Running = ReturnType<typeof startWorker>

const within = async <T>(promise: Promise<T>, ms: number): Promise<T | 'late'> => {
  const over = new AbortController()
  try {
    return await Promise.race([promise, pause(ms, over.signal).then(() => 'late' as const)])
  } finally {
    over.abort()
  }
}

/**
 * Reads files of strangers in a worker of its own, one at a time, within bounds of memory and time; after whatever went
 * wrong a new one takes its place.
 */
export const createReader = ({ timeoutMs = 15_000, maxWaiting = 24 }: Options = {}) => {
  let worker: Running | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0

  /** The next file is not to wait for a worker to be ready. */
  const replace = () => {
    worker?.end()
    worker = startWorker()
  }

  const read = async (task: Task): Promise<SingleTicket[]> => {
    worker ??= startWorker()
    try {
      if ((await within(worker.ready, readyWithinMs)) === 'late') throw new Error('the reader does not start')
    } catch (error) {
      replace()
      throw new ServiceUnavailableError(undefined, { cause: error })
    }
    const result = await within(worker.run(task), timeoutMs).catch(
      (error: unknown): Result => ({ is: 'broken', message: String(error) }),
    )
    if (result !== 'late' && result.is === 'opened') return result.tickets
    if (result !== 'late' && result.is === 'refused')
      throw result.code === 'no_barcode' ? new NoBarcodeError() : new FileUnreadableError(result.message)
    replace()
    throw new FileUnreadableError()
  }

  return {
    /**
     * The tickets in a file, each as a PDF of its own.
     * @throws FileUnreadableError, NoBarcodeError, ServiceUnavailableError when too many wait already
     */
    open: async (bytes: Uint8Array, type: FileType, { withoutBarcode = false } = {}): Promise<SingleTicket[]> => {
      if (typeOf(bytes) !== type) throw new FileUnreadableError('This file is not what its type says')
      if (waiting >= maxWaiting) throw new ReaderBusyError()
      waiting++
      const mine = turn.then(() => read({ bytes, type, withoutBarcode }))
      turn = mine.catch(() => {})
      try {
        return await mine
      } finally {
        waiting--
      }
    },
    stop: () => worker?.end(),
  }
}

export type Reader = ReturnType<typeof createReader>
