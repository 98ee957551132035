import { For } from 'solid-js'
import type { Ticket } from '../../domain/schemas/ticket.ts'
import { useMessages } from '../../i18n/messages.ts'

const parts = ['section', 'row', 'seat'] as const

/** Which seat it is, as terms of a list, as far as its seller said. */
export const SeatFacts = (props: { of: Pick<Ticket, (typeof parts)[number]> }) => {
  const { fields } = useMessages()
  return (
    <For each={parts.filter((part) => props.of[part])}>
      {(part) => (
        <>
          <dt>{fields[part]}</dt>
          <dd>
            <bdi>{props.of[part]}</bdi>
          </dd>
        </>
      )}
    </For>
  )
}
