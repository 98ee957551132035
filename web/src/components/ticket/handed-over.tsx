import { createAsync } from '@solidjs/router'
import { Match, Show, Switch } from 'solid-js'
import type { Order } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readPayment, readResale } from '../../queries/orders.ts'
import { useVisitor } from '../layout/visitor.tsx'
import { ClaimForm, ClaimShown } from './claim.tsx'
import { KeptOffline } from './kept-offline.tsx'
import { Resale } from './resale.tsx'
import { Time } from './ticket-card.tsx'

/** How a paid ticket comes to its buyer, and what to do when it does not. */
export const HandedOver = (props: { order: Order }) => {
  const { handover } = useMessages()
  const action = () => `/orders/${props.order.id}`
  const isOpen = () => props.order.handover.status === 'waiting' || props.order.handover.status === 'sent'
  const resale = createAsync(() => readResale(props.order.id))
  const isSoldOn = () => resale()?.status === 'sold'
  const payment = createAsync(() => readPayment(props.order.id))
  const byCoupon = () => payment()?.byCoupon === true
  return (
    <section class="panel stack" aria-labelledby="handover">
      <h2 id="handover">{handover.title}</h2>
      <Show when={!isSoldOn()}>
        <Delivery order={props.order} byCoupon={byCoupon()} />
      </Show>
      <Show when={props.order.handover.status === 'received'}>
        <p role="status">{handover.received}</p>
      </Show>
      <Show when={isOpen() && !isSoldOn() && props.order.claim?.status !== 'open'}>
        <form method="post" action={action()}>
          <input type="hidden" name="intent" value="received" />
          <button type="submit" class="quiet">
            {handover.confirm}
          </button>
        </form>
      </Show>
      <Show when={props.order.handover.kind === 'file'}>
        <KeptOffline order={props.order} isTheirs={!isSoldOn()} />
      </Show>
      <Resale order={props.order} resale={resale()} />
      <Show
        when={props.order.claim}
        fallback={
          <Show when={!isSoldOn()}>
            <ClaimForm action={action()} byCoupon={byCoupon()} />
          </Show>
        }
      >
        {(claim) => <ClaimShown claim={claim()} />}
      </Show>
    </section>
  )
}

/** Where the ticket is: here as a file, or on its way from the seller. Who paid with a coupon has no money to get back. */
const Delivery = (props: { order: Order; byCoupon: boolean }) => {
  const visitor = useVisitor()
  const { handover } = useMessages()
  return (
    <Switch>
      <Match when={props.order.handover.kind === 'file'}>
        <Show when={!props.order.withoutBarcode} fallback={<p class="notice">{handover.withoutBarcode}</p>}>
          <img class="ticket-code" src={`/api/orders/${props.order.id}/code`} alt={handover.codeAlt} />
        </Show>
        <p class="flex flex-wrap gap-2">
          <a class="button" href={`/orders/${props.order.id}/file`} rel="external">
            {handover.download}
          </a>
          <a class="button quiet" href={`/orders/${props.order.id}/calendar`} rel="external">
            {handover.calendar}
          </a>
        </p>
      </Match>
      <Match when={props.order.handover.status === 'waiting'}>
        <Show when={visitor.user}>
          {(user) => (
            <p>
              <Sentence of={handover.sentTo} parts={{ address: <strong>{user().email}</strong> }} />
            </p>
          )}
        </Show>
        <p>
          <Show when={props.order.handover.deadline} fallback={handover.waiting}>
            {(deadline) => (
              <Sentence
                of={props.byCoupon ? handover.waitingUntilByCoupon : handover.waitingUntil}
                parts={{
                  time: <Time iso={deadline()} locale={visitor.locale} timeZone={props.order.ticket.timeZone} />,
                }}
              />
            )}
          </Show>
        </p>
      </Match>
      <Match when={props.order.handover.status === 'sent'}>
        <p>{handover.sent}</p>
      </Match>
      <Match when={props.order.handover.status === 'overdue'}>
        <p>{props.byCoupon ? handover.overdueByCoupon : handover.overdue}</p>
      </Match>
    </Switch>
  )
}
