import type { Api as Auth } from '@fairpass/auth/api'
import type { Api as Orders } from '@fairpass/orders/api'
import type { Api as Payments } from '@fairpass/payments/api'
import type { Api as Tickets } from '@fairpass/tickets/api'
import type { ExtractSchema } from 'hono/types'
import type * as v from 'valibot'

type Routes = ExtractSchema<Auth> & ExtractSchema<Tickets> & ExtractSchema<Orders> & ExtractSchema<Payments>

/** What a GET of each path answers when it succeeds, as Hono derives it from the services' own apps. */
export type Answers = {
  [P in keyof Routes & `/api/${string}` as Routes[P] extends { $get: unknown } ? P : never]: Routes[P] extends {
    $get: { output: infer Answer }
  }
    ? Answer
    : never
}

/** A schema of what a page reads, if the answer has it. */
export type Reads<S extends v.GenericSchema, Answer> = S & (Answer extends v.InferInput<S> ? unknown : never)

type ParamsIn<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsIn<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never

/** What fills the names in a path. */
export type Params<P extends string> = { [N in ParamsIn<P>]: string }

/** `/api/tickets/:id` with its id in it. */
export const filled = <P extends string>(path: P, params: Params<P>): string =>
  path.replace(/:(\w+)/g, (_, name: ParamsIn<P>) => encodeURIComponent(params[name]))
