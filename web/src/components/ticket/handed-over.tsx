import { createAsync } from '@solidjs/router'
import { Match, Show, Switch } from 'solid-js'
import type { Order } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readResale } from '../../queries/orders.ts'
import { useVisitor } from '../layout/visitor.tsx'
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
  return (
    <section class="panel stack" aria-labelledby="handover">
      <h2 id="handover">{handover.title}</h2>
      <Show when={!isSoldOn()}>
        <Delivery order={props.order} />
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
      <Show when={props.order.claim} fallback={<ClaimForm action={action()} />}>
        {(claim) => <ClaimShown claim={claim()} />}
      </Show>
    </section>
  )
}

/** Where the ticket is: here as a file, or on its way from the seller. */
const Delivery = (props: { order: Order }) => {
  const visitor = useVisitor()
  const { handover } = useMessages()
  return (
    <Switch>
      <Match when={props.order.handover.kind === 'file'}>
        <Show when={!props.order.withoutBarcode} fallback={<p class="notice">{handover.withoutBarcode}</p>}>
          <img class="ticket-code" src={`/api/orders/${props.order.id}/code`} alt={handover.codeAlt} />
        </Show>
        <p class="flex flex-wrap gap-2">
          <a class="button" href={`/api/orders/${props.order.id}/file`} download="">
            {handover.download}
          </a>
          <a class="button quiet" href={`/api/orders/${props.order.id}/calendar`} download="">
            {handover.calendar}
          </a>
        </p>
      </Match>
      <Match when={props.order.handover.status === 'waiting'}>
        <p>
          <Show when={props.order.handover.deadline} fallback={handover.waiting}>
            {(deadline) => (
              <Sentence
                of={handover.waitingUntil}
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
        <p>{handover.overdue}</p>
      </Match>
    </Switch>
  )
}

const ClaimShown = (props: { claim: NonNullable<Order['claim']> }) => {
  const { handover } = useMessages()
  return (
    <div>
      <p role="status">{handover.claimStatus[props.claim.status]}</p>
      <p class="hint">{props.claim.reason}</p>
      <Show when={props.claim.answer}>
        {(answer) => (
          <p class="hint">
            {handover.sellerSays} {answer().text}
          </p>
        )}
      </Show>
    </div>
  )
}

const ClaimForm = (props: { action: string }) => {
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
          {handover.claim}
        </button>
      </form>
    </details>
  )
}
