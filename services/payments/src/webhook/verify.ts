import { now } from '@fairpass/sdk/clock'
import { MalformedJsonError, RequestValidationError } from '@fairpass/sdk/errors'
import { parse } from '@fairpass/sdk/http'
import type Stripe from 'stripe'
import * as v from 'valibot'

/** How old a signed event may be, in seconds: an older one may be replayed by somebody else. */
const toleranceSeconds = 300

/** Other kinds of events may have fields of other types; such an event is not for us, but is stored nevertheless. */
const orNothing = <S extends v.GenericSchema>(schema: S) => v.fallback(v.optional(schema), undefined)
const About = v.object({
  id: orNothing(v.string()),
  object: orNothing(v.string()),
  payment_intent: orNothing(v.string()),
  metadata: orNothing(v.object({ paymentId: orNothing(v.string()) })),
})
/** A thin event names what it is about, and shows nothing of it: https://docs.stripe.com/event-destinations#thin-events */
const Event = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  type: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  data: orNothing(v.object({ object: About })),
  related_object: orNothing(v.object({ id: v.string(), type: v.string() })),
})
export type Event = v.InferOutput<typeof Event>

const refusedSignature = (why: string) => new RequestValidationError([{ msg: why, param: 'stripe-signature' }])

type Deps = {
  stripe: Stripe
  /** one for each endpoint at Stripe: the account's own events, and those of connected accounts */
  secrets: readonly string[]
}

/** Reads an event, once it is certain that Stripe sent it. */
export const createVerify = ({ stripe, secrets }: Deps) => {
  /** Without a secret nobody can be told from Stripe. */
  const verify = async (body: string, signature: string): Promise<void> => {
    const checker = stripe.webhooks.signature
    if (!checker || secrets.length === 0) throw refusedSignature('cannot be checked')
    for (const secret of secrets) {
      try {
        await checker.verifyHeaderAsync(body, signature, secret, toleranceSeconds, undefined, now().getTime())
        return
      } catch (error) {
        if (!(error instanceof stripe.errors.StripeSignatureVerificationError)) throw error
      }
    }
    throw refusedSignature('is not valid')
  }

  /** @throws RequestValidationError when Stripe did not sign it, or too long ago; MalformedJsonError */
  return async (body: string, signature: string): Promise<Event> => {
    await verify(body, signature)
    try {
      return parse(Event, JSON.parse(body))
    } catch (error) {
      if (error instanceof SyntaxError) throw new MalformedJsonError()
      throw error
    }
  }
}
