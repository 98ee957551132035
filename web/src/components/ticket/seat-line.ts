import type { Ticket } from '../../domain/schemas/ticket.ts'

const parts = ['section', 'row', 'seat'] as const

/** Which seat it is, in one line, as far as its seller said. */
export const seatLine = (
  of: Pick<Ticket, (typeof parts)[number]>,
  names: Record<(typeof parts)[number], string>,
): string => parts.flatMap((part) => (of[part] ? [`${names[part]} ${of[part]}`] : [])).join(', ')
