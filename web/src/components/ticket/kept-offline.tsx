import { createSignal, onMount, Show } from 'solid-js'
import { formatTime } from '../../domain/dates.ts'
import type { Order } from '../../domain/schemas/order.ts'
import { useMessages } from '../../i18n/messages.ts'
import { dropTicket, keepTicket } from '../../offline/kept-tickets.ts'
import { useVisitor } from '../layout/visitor.tsx'
import { seatLine } from './seat-line.ts'

/** Keeps an uploaded ticket on its buyer's device, and says so; a ticket that is no longer theirs is removed. */
export const KeptOffline = (props: { order: Order; isTheirs: boolean }) => {
  const visitor = useVisitor()
  const { handover, fields } = useMessages()
  const [isKept, setKept] = createSignal(false)
  onMount(async () => {
    const userId = visitor.user?.id
    if (!userId) return
    if (!props.isTheirs || props.order.withoutBarcode) return dropTicket(userId, props.order)
    const when = formatTime(props.order.ticket.startsAt, visitor.locale, props.order.ticket.timeZone)
    const { keptNote: offline, codeAlt } = handover
    const seat = seatLine(props.order.ticket, fields)
    // A device without room for it shows the ticket with a network, as before.
    setKept(
      await keepTicket(userId, props.order, { language: visitor.language, when, seat, offline, codeAlt }).catch(
        () => false,
      ),
    )
  })
  return (
    <p class="hint" role="status">
      <Show when={isKept()}>{handover.kept}</Show>
    </p>
  )
}
