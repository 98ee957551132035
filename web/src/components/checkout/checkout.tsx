import { For, Show } from 'solid-js'
import type { Order } from '../../domain/schemas/order.ts'
import { testCards } from '../../domain/test-cards.ts'
import type { Visitor } from '../../domain/visitor.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Field } from '../form/field.tsx'
import { IdempotencyKey } from '../form/idempotency-key.tsx'
import { CardForm } from './card-form.tsx'
import { Countdown } from './countdown.tsx'

type CheckoutProps = {
  order: Order
  visitor: Visitor
  total: string
  /** Whether payments answers. */
  canPay: boolean
}

/** Distinguishes the forms of the page, so that each counts once. */
const FormKey = (props: { of: string }) => (
  <>
    <input type="hidden" name="intent" value={props.of} />
    <IdempotencyKey of={props.of} />
  </>
)

type FormProps = { action: string }

/** The checkout of an open order: pay by card, redeem a coupon, or cancel. */
export const Checkout = (props: CheckoutProps) => {
  const { checkout } = useMessages()
  const action = () => `/orders/${props.order.id}`
  return (
    <>
      <Countdown
        orderId={props.order.id}
        expiresAt={props.order.expiresAt}
        serverNow={props.visitor.now}
        locale={props.visitor.locale}
      />
      <section class="panel" aria-labelledby="pay">
        <h2 id="pay">{checkout.pay}</h2>
        <Show when={!props.canPay}>
          <p class="notice" role="status">
            {checkout.paymentsAway}
          </p>
        </Show>
        <Show when={props.visitor.stripeKey} fallback={<TestCardForm action={action()} total={props.total} />}>
          {(key) => (
            <CardForm orderId={props.order.id} stripeKey={key()} locale={props.visitor.language} total={props.total} />
          )}
        </Show>
      </section>
      <CouponForm action={action()} refusal={props.visitor.refusal} />
      <form method="post" action={action()}>
        <input type="hidden" name="intent" value="cancel" />
        <button type="submit" class="quiet">
          {checkout.cancel}
        </button>
      </form>
    </>
  )
}

/** Cards of the local double of Stripe. */
const TestCardForm = (props: FormProps & { total: string }) => {
  const { checkout } = useMessages()
  return (
    <form method="post" action={props.action} class="stack">
      <FormKey of="pay" />
      <p class="test">{checkout.testMode}</p>
      <div class="field">
        <label for="f-paymentMethod">{checkout.testCard}</label>
        <select id="f-paymentMethod" name="paymentMethod">
          <For each={testCards}>{([id, name]) => <option value={id}>{checkout.cards[name]}</option>}</For>
        </select>
      </div>
      <button type="submit" class="wide">
        {checkout.payTotal(props.total)}
      </button>
    </form>
  )
}

const CouponForm = (props: FormProps & Pick<Visitor, 'refusal'>) => {
  const { checkout, fields } = useMessages()
  return (
    <section class="panel" aria-labelledby="coupon">
      <h2 id="coupon">{checkout.haveCoupon}</h2>
      <form method="post" action={props.action} class="stack">
        <FormKey of="redeem" />
        <Field
          label={fields.couponCode}
          name="couponCode"
          required
          maxlength="100"
          autocomplete="off"
          refusal={props.refusal}
        />
        <button type="submit" class="quiet">
          {checkout.redeem}
        </button>
      </form>
    </section>
  )
}
