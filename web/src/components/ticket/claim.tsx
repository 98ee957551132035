import { Show } from 'solid-js'
import type { Order } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'

/** How a claim stands, and what was said to it. */
export const ClaimShown = (props: { claim: NonNullable<Order['claim']> }) => {
  const { handover } = useMessages()
  return (
    <div>
      <p role="status">{handover.claimStatus[props.claim.status]}</p>
      <p class="hint text">{props.claim.cause ? handover.doubted.buyer : props.claim.reason}</p>
      <Show when={props.claim.answer}>
        {(answer) => (
          <p class="hint text">
            {handover.sellerSays} {answer().text}
          </p>
        )}
      </Show>
      <Show when={props.claim.decision}>
        {(decision) => (
          <p class="hint text">
            {handover.weSay} {decision().reason}
          </p>
        )}
      </Show>
    </div>
  )
}

/** Saying that a ticket did not work. */
export const ClaimForm = (props: { action: string; byCoupon: boolean }) => {
  const { handover } = useMessages()
  return (
    <details>
      <summary>{handover.didNotWork}</summary>
      <form method="post" action={props.action} class="stack">
        <input type="hidden" name="intent" value="claim" />
        <div class="field">
          <label for="f-reason">{handover.whatHappened}</label>
          <textarea id="f-reason" name="reason" rows="4" maxlength="2000" required aria-describedby="h-reason" />
          <p class="hint" id="h-reason">
            {handover.claimMeans}
          </p>
        </div>
        <button type="submit" class="quiet">
          {props.byCoupon ? handover.claimByCoupon : handover.claim}
        </button>
      </form>
    </details>
  )
}
