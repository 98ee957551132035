import type { Fault, Faults, Operation, Target } from '../control/faults.ts'
import { type Answer, ConnectionDropped, StripeRefusal, serverError } from '../errors.ts'
import type { Storage } from '../storage.ts'
import type { Idempotency, Keyed, StoredAnswer } from './idempotency.ts'

/** A request that may change something. */
export type Order = {
  /** A creation that confirms is both; the first fault that waits for either strikes. */
  operations: readonly Operation[]
  target: Target
  requestId: string
  keyed: Keyed | undefined
  /** Runs inside one transaction together with keeping the answer. */
  perform: (fault: Fault | undefined) => Answer
}

export type Handled = Answer & {
  replayOf?: string
  /** Stripe's hint to its libraries: a kept 500 would only be replayed. */
  retryInVain?: boolean
}

type RequestsDeps = {
  storage: Storage
  faults: Faults
  idempotency: Idempotency
  /** Called when there may be new events. */
  onChange: () => void
}

/** The first fault that waits for one of the operations of a request. */
const strike = (faults: Faults, { operations, target }: Pick<Order, 'operations' | 'target'>): Fault | undefined => {
  for (const operation of operations) {
    const fault = faults.take(operation, target)
    if (fault) return fault
  }
  return undefined
}

/** Answers as before: stripe-node repeats a closed connection by itself, so a buyer sees a time-out only if this is lost, too. */
const replay = async (faults: Faults, { operations, target }: Order, first: StoredAnswer): Promise<Handled> => {
  for (const operation of operations) {
    const fault = faults.take(operation, target, ['drop_after'])
    if (fault) {
      await Bun.sleep(fault.delayMs)
      throw new ConnectionDropped()
    }
  }
  const { status, body, originalRequest } = first
  return { status, body, replayOf: originalRequest, retryInVain: status >= 500 }
}

export const createRequests = ({ storage, faults, idempotency, onChange }: RequestsDeps) => {
  const effect = ({ keyed, perform, requestId }: Order, fault: Fault | undefined): Answer => {
    try {
      return storage.atomically(() => {
        const done = perform(fault)
        const kept = fault?.kind === 'error_after' ? serverError() : done
        if (keyed) idempotency.keep(keyed, kept, requestId)
        return kept
      })
    } catch (refusal) {
      if (!(refusal instanceof StripeRefusal)) throw refusal
      if (keyed && refusal.begun) idempotency.keep(keyed, refusal.answer, requestId)
      return refusal.answer
    }
  }

  const run = async (order: Order): Promise<Handled> => {
    const kept = order.keyed && idempotency.find(order.keyed)
    if (kept) return replay(faults, order, kept)
    const fault = strike(faults, order)
    const after = fault?.kind === 'error_after' || fault?.kind === 'drop_after'
    if (fault && !after) await Bun.sleep(fault.delayMs)
    if (fault?.kind === 'error_before') return serverError()
    if (fault?.kind === 'drop_before') throw new ConnectionDropped()
    const answer = effect(order, fault)
    onChange()
    if (fault && after) await Bun.sleep(fault.delayMs)
    if (fault?.kind === 'drop_after') throw new ConnectionDropped()
    return { ...answer, retryInVain: answer.status >= 500 }
  }

  return {
    carryOut: (order: Order): Promise<Handled> =>
      order.keyed ? idempotency.exclusively(order.keyed.key, () => run(order)) : run(order),

    /** A read has no effect, so before and after are the same to it. */
    read: async (operations: readonly Operation[], target: Target, look: () => Answer): Promise<Answer> => {
      const fault = strike(faults, { operations, target })
      if (fault) await Bun.sleep(fault.delayMs)
      if (fault?.kind === 'error_before' || fault?.kind === 'error_after') return serverError()
      if (fault?.kind === 'drop_before' || fault?.kind === 'drop_after') throw new ConnectionDropped()
      return look()
    },
  }
}

export type Requests = ReturnType<typeof createRequests>
