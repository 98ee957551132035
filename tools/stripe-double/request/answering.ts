import type { Fault, Operation, Target } from '../control/faults.ts'
import { type Answer, noSuch, refused } from '../errors.ts'
import { type Decline, declineNamed } from '../payment/cards.ts'
import type { EntryKind, Storage } from '../storage.ts'
import type { Cause } from '../webhook/events.ts'
import { canonical, type Form, parseForm } from './form.ts'
import { expanded } from './lists.ts'
import type { Handled, Requests } from './requests.ts'

export type Env = {
  Variables: { requestId: string; idempotencyKey: string | undefined }
}

export type IncomingRequest = {
  path: string
  form: Form
  variables: Env['Variables']
}

/** A decline that was asked for through the control API strikes whatever card is used. */
const declineOf = (fault: Fault | undefined): Decline | undefined =>
  fault?.kind === 'decline' ? declineNamed(fault.declineCode ?? 'generic_decline') : undefined

const toResponse = ({ status, body, replayOf, retryInVain }: Handled): Response =>
  Response.json(body, {
    status,
    headers: {
      ...(replayOf ? { 'idempotent-replayed': 'true', 'original-request': replayOf } : {}),
      ...(retryInVain ? { 'stripe-should-retry': 'false' } : {}),
    },
  })

type Look = (form: Form) => unknown
const anyRead: readonly Operation[] = ['retrieve']

/** How every address of Stripe's API is answered: parsed, under its idempotency key, with the faults that wait for it. */
export const createAnswering = ({ storage, requests }: { storage: Storage; requests: Requests }) => ({
  incoming: async (c: {
    req: { path: string; text(): Promise<string> }
    var: Env['Variables']
  }): Promise<IncomingRequest> => ({
    path: c.req.path,
    form: parseForm(await c.req.text()),
    variables: c.var,
  }),

  order: async (
    { path, form, variables }: IncomingRequest,
    operations: Operation[],
    target: Target,
    perform: (cause: Cause, decline: Decline | undefined) => Answer,
  ): Promise<Response> => {
    const { requestId, idempotencyKey } = variables
    const cause = { requestId, idempotencyKey: idempotencyKey ?? null }
    return toResponse(
      await requests.carryOut({
        operations,
        target,
        requestId,
        keyed: idempotencyKey
          ? { key: idempotencyKey, endpoint: `POST ${path}`, parameters: canonical(form) }
          : undefined,
        perform: (fault) => {
          if (fault?.kind === 'refuse')
            throw refused('Insufficient funds are available for this.', { code: 'balance_insufficient' })
          const { status, body } = perform(cause, declineOf(fault))
          return { status, body: status === 200 ? expanded(storage, form, body) : body }
        },
      }),
    )
  },

  read: async (url: string, target: Target, look: Look, operations = anyRead): Promise<Response> =>
    toResponse(
      await requests.read(operations, target, () => {
        const form = parseForm(new URL(url).search)
        return { status: 200, body: expanded(storage, form, look(form)) }
      }),
    ),

  one: <K extends EntryKind>(kind: K, id: string) => {
    const found = storage.find(kind, id)
    if (!found) throw noSuch(kind, id, 'id')
    return found
  },
})

export type Answering = ReturnType<typeof createAnswering>
