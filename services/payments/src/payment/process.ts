import { VersionConflictError } from '@fairpass/sdk/errors'
import { createRecent } from '@fairpass/sdk/recent'
import { isUnfinished, orderNotPayable, type Payment, PaymentUnderWayError } from '../domain/payment.ts'
import { createAfterEnd } from './after-end.ts'
import type { StepDeps } from './intent.ts'
import { stepFrom } from './steps.ts'

/** The longest way takes six steps; the rest is for what another replica was quicker with. */
const maxSteps = 24

/** How many payments a process remembers as it last saw them. */
const maxRemembered = 1_000

const load = async (payments: StepDeps['payments'], id: string): Promise<Payment> => {
  const payment = await payments.find(id)
  if (!payment) throw new Error(`there is no payment ${id}`)
  return payment
}

/**
 * Advances payments to their end from any status: when it is stopped between two steps, even by `kill -9`, running it again
 * leads to the same end. Replicas may advance the same payment at once.
 */
const createAdvance = (deps: StepDeps) => {
  const running = new Map<string, Promise<Payment>>()
  const seen = createRecent<Payment>(maxRemembered)

  const run = async (id: string, known: Payment | undefined): Promise<Payment> => {
    let payment = known
    for (let step = 1; step <= maxSteps; step++) {
      payment = seen.put(payment ?? (await load(deps.payments, id)))
      if (!isUnfinished(payment)) return payment
      const { status } = payment
      try {
        payment = seen.put(await stepFrom[status](deps, payment))
        if (payment.status === 'awaiting_method') return payment
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error
        // Another replica moved it: continue from there.
        payment = undefined
      }
    }
    throw new PaymentUnderWayError()
  }

  const begin = (id: string, known: Payment | undefined): Promise<Payment> => {
    const ended = Promise.resolve()
      .then(() => run(id, known))
      .finally(() => running.delete(id))
    running.set(id, ended)
    return ended
  }

  return {
    /**
     * Advances a payment to its end, or to where it waits for the buyer; once at a time in this process.
     * @param known what was just read or written, which saves reading it
     * @throws PaymentUnderWayError, or ServiceUnavailableError of the orders service, when the end is not known yet
     */
    advance: async (id: string, known?: Payment): Promise<Payment> => {
      const current = running.get(id)
      if (!current) return begin(id, known)
      const payment = await current
      // The run under way may have read the payment before the buyer gave the card of this call.
      return payment.status === 'awaiting_method' ? (running.get(id) ?? begin(id, payment)) : payment
    },

    /** A payment as this process saw it last; somebody else may have moved it on since. */
    lastSeen: (id: string): Payment | undefined => seen.get(id),
  }
}

export const createPaymentProcess = (deps: StepDeps) => {
  const { advance, lastSeen } = createAdvance(deps)

  /** Gives up a payment that waits for a card. The caller is not kept waiting; the reconciler does what is left. */
  const abandon = async (payment: Payment): Promise<void> => {
    const cancelling = await deps.payments.moveTo(payment, 'cancelling', { failure: orderNotPayable })
    void advance(payment.id, cancelling).catch(() => {})
  }

  return { advance, lastSeen, abandon, ...createAfterEnd({ ...deps, advance }) }
}

export type PaymentProcess = ReturnType<typeof createPaymentProcess>
