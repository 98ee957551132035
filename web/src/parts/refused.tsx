import { For, Show } from 'solid-js'
import type { Failure } from '../market/loaded.ts'

const LABELS: Record<string, string> = {
  email: 'Email',
  password: 'Password',
  title: 'Title',
  venue: 'Venue',
  city: 'City',
  startsAt: 'Starts at',
  price: 'Price',
  priceCents: 'Price',
  currency: 'Currency',
  description: 'Description',
  couponCode: 'Coupon code',
  paymentMethod: 'Card',
  quantity: 'How many',
  maxRedemptions: 'Uses of each',
}

/** Why a form was refused, in the API's own words. */
export const Refused = (props: { failure: Failure | undefined }) => (
  <Show when={props.failure}>
    {(failure) => (
      <div class="alert" role="alert">
        <For each={failure().errors}>
          {(error) => (
            <p>
              <Show when={error.field && LABELS[error.field]}>{(label) => <strong>{label()}: </strong>}</Show>
              <span>{error.message}</span>
            </p>
          )}
        </For>
      </div>
    )}
  </Show>
)
