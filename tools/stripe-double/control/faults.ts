import type { Storage } from '../storage.ts'

export const operations = [
  'create',
  'confirm',
  'capture',
  'cancel',
  'refund',
  'account',
  'transfer',
  'reversal',
  'retrieve',
  'search',
  'webhook',
] as const
export type Operation = (typeof operations)[number]

const requestKinds = ['delay', 'error_before', 'error_after', 'drop_before', 'drop_after'] as const
const webhookKinds = ['delay', 'lost', 'doubled', 'reordered', 'bad_signature'] as const
const declinable: readonly Operation[] = ['create', 'confirm', 'capture']
/** A transfer between balances may fail for lack of funds. */
const refusable: readonly Operation[] = ['transfer', 'reversal']

export type FaultKind = (typeof requestKinds)[number] | 'decline' | 'refuse' | (typeof webhookKinds)[number]

export type FaultSpec = {
  operation: Operation
  kind: FaultKind
  /** How often it strikes before it is used up. */
  times: number
  /** How long the request, or the webhook, waits. */
  delayMs: number
  declineCode?: string
  /** Strikes only this intent, or only intents with all of these metadata, or only this type of event. */
  intent?: string
  metadata?: Record<string, string>
  eventType?: string
}

export type Fault = FaultSpec & {
  id: number
  remaining: number
}

export type Target = {
  intent?: string | undefined
  metadata?: Record<string, string> | undefined
  eventType?: string | undefined
}

const maxTimes = 10_000
const maxDelayMs = 120_000

export const kindsOf = (operation: Operation): readonly FaultKind[] => {
  if (operation === 'webhook') return webhookKinds
  if (declinable.includes(operation)) return [...requestKinds, 'decline']
  return refusable.includes(operation) ? [...requestKinds, 'refuse'] : requestKinds
}

export const isBounded = ({ times, delayMs }: FaultSpec) =>
  Number.isInteger(times) && times >= 1 && times <= maxTimes && delayMs >= 0 && delayMs <= maxDelayMs

const strikes = (fault: FaultSpec, target: Target): boolean =>
  (fault.intent === undefined || fault.intent === target.intent) &&
  (fault.eventType === undefined || fault.eventType === target.eventType) &&
  Object.entries(fault.metadata ?? {}).every(([key, value]) => target.metadata?.[key] === value)

type Row = {
  id: number
  remaining: number
  spec: string
}

const decode = ({ id, remaining, spec }: Row): Fault => ({ ...(JSON.parse(spec) as FaultSpec), id, remaining })

/** Faults live in the data file, so that one survives the restart that it is meant to disturb. */
export const createFaults = ({ database }: Storage) => {
  const waiting = (operation: Operation) =>
    database
      .query<Row, [string]>('SELECT id, remaining, spec FROM faults WHERE operation = ? AND remaining > 0 ORDER BY id')
      .all(operation)
      .map(decode)

  return {
    set: (asked: FaultSpec): Fault => {
      const { lastInsertRowid } = database
        .query('INSERT INTO faults (operation, remaining, spec) VALUES (?, ?, ?)')
        .run(asked.operation, asked.times, JSON.stringify(asked))
      return { ...asked, id: Number(lastInsertRowid), remaining: asked.times }
    },

    /** The first fault that fits is used up once. */
    take: (operation: Operation, target: Target, kinds?: readonly FaultKind[]): Fault | undefined => {
      const fault = waiting(operation).find((each) => strikes(each, target) && (!kinds || kinds.includes(each.kind)))
      if (fault) database.query('UPDATE faults SET remaining = remaining - 1 WHERE id = ?').run(fault.id)
      return fault
    },

    all: (): Fault[] => database.query<Row, []>('SELECT id, remaining, spec FROM faults ORDER BY id').all().map(decode),

    clear: () => {
      database.run('DELETE FROM faults')
    },
  }
}

export type Faults = ReturnType<typeof createFaults>
