import { For, Show } from 'solid-js'
import { TEST_CARDS } from '../market/order-words.ts'
import type { Visitor } from '../market/reads.ts'
import type { Order } from '../market/shapes.ts'
import { Countdown } from './countdown.tsx'
import { Field } from './field.tsx'

interface CheckoutProps {
  order: Order
  visitor: Visitor
  total: string
}

/** An open order is its own checkout: pay by card, redeem a coupon, or let go. */
export const Checkout = (props: CheckoutProps) => {
  const action = () => `/orders/${props.order.id}`
  const Key = (own: { of: string }) => (
    <>
      <input type="hidden" name="intent" value={own.of} />
      <input type="hidden" name="idempotencyKey" value={`${props.visitor.idempotencyKey}-${own.of}`} />
    </>
  )
  return (
    <>
      <Countdown orderId={props.order.id} expiresAt={props.order.expiresAt} serverNow={props.visitor.now} />
      <section class="panel" aria-labelledby="pay">
        <h2 id="pay">Pay</h2>
        <Show
          when={props.visitor.hasTestCards}
          fallback={<p>Cards cannot be taken on this page yet. A coupon works.</p>}
        >
          <form method="post" action={action()} class="stack">
            <Key of="pay" />
            <p class="test">Test mode: these cards are made up and no money moves.</p>
            <div class="field">
              <label for="f-paymentMethod">Test card</label>
              <select id="f-paymentMethod" name="paymentMethod">
                <For each={TEST_CARDS}>{([id, words]) => <option value={id}>{words}</option>}</For>
              </select>
            </div>
            <button type="submit" class="wide">
              Pay {props.total}
            </button>
          </form>
        </Show>
      </section>
      <section class="panel" aria-labelledby="coupon">
        <h2 id="coupon">Have a coupon?</h2>
        <form method="post" action={action()} class="stack">
          <Key of="redeem" />
          <Field
            label="Coupon code"
            name="couponCode"
            required
            maxlength="100"
            autocomplete="off"
            refusal={props.visitor.refusal}
          />
          <button type="submit" class="quiet">
            Redeem the coupon
          </button>
        </form>
      </section>
      <form method="post" action={action()}>
        <input type="hidden" name="intent" value="cancel" />
        <button type="submit" class="quiet">
          Cancel this order
        </button>
      </form>
    </>
  )
}
