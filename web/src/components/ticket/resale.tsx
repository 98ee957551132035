import { formatMoney } from '@fairpass/sdk/values'
import { Match, Show, Switch } from 'solid-js'
import type { Order } from '../../domain/schemas/order.ts'
import type { Ticket } from '../../domain/schemas/ticket.ts'
import { useMessages } from '../../i18n/messages.ts'
import { IdempotencyKey } from '../form/idempotency-key.tsx'
import { useVisitor } from '../layout/visitor.tsx'

type ResaleProps = { order: Order; resale: Ticket | undefined }

/** Selling on what was bought, in one press; and how far that is. */
export const Resale = (props: ResaleProps) => {
  const { handover } = useMessages()
  const isInHand = () => props.order.handover.status === 'sent' || props.order.handover.status === 'received'
  const canBeSold = () => isInHand() && props.order.claim?.status !== 'open'
  return (
    <Switch
      fallback={
        <Show when={canBeSold()}>
          <ResellForm order={props.order} />
        </Show>
      }
    >
      <Match when={props.resale?.status === 'sold'}>
        <p role="status">{handover.soldOn}</p>
      </Match>
      <Match when={props.resale && props.resale.status !== 'withdrawn' && props.resale}>
        {(listed) => (
          <p role="status">
            {handover.onSaleAgain} <a href={`/listings/${listed().id}`}>{handover.seeListing}</a>
          </p>
        )}
      </Match>
    </Switch>
  )
}

const ResellForm = (props: { order: Order }) => {
  const visitor = useVisitor()
  const { handover } = useMessages()
  const price = () => formatMoney(props.order.totalCents, props.order.currency, visitor.locale)
  return (
    <form method="post" action={`/orders/${props.order.id}`} class="stack">
      <input type="hidden" name="intent" value="resell" />
      <IdempotencyKey of="resell" />
      <p class="hint" id="h-resell">
        {handover.resellMeans(price())}
      </p>
      <button type="submit" class="quiet" aria-describedby="h-resell">
        {handover.resell}
      </button>
    </form>
  )
}
