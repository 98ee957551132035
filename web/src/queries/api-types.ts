import type { Api as Auth } from '@fairpass/auth/api'
import type { Api as Orders } from '@fairpass/orders/api'
import type { Api as Payments } from '@fairpass/payments/api'
import type { Api as Tickets } from '@fairpass/tickets/api'
import type { ExtractSchema } from 'hono/types'
import type * as v from 'valibot'

type Routes = ExtractSchema<Auth> & ExtractSchema<Tickets> & ExtractSchema<Orders> & ExtractSchema<Payments>

/** What a GET of each path answers when it succeeds, as Hono derives it from the services' own apps. */
export type ResponseByPath = {
  [P in keyof Routes & `/api/${string}` as Routes[P] extends { $get: unknown } ? P : never]: Routes[P] extends {
    $get: { output: infer ApiResponse }
  }
    ? ApiResponse
    : never
}

/** A schema of what a page reads, if the answer has it. */
export type SchemaFor<S extends v.GenericSchema, ApiResponse> = S &
  (ApiResponse extends v.InferInput<S> ? unknown : never)

type PathParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathParamNames<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never

/** What fills the names in a path. */
export type PathParams<P extends string> = { [N in PathParamNames<P>]: string }

/** `/api/tickets/:id` with its id in it. */
export const fillPath = <P extends string>(path: P, params: PathParams<P>): string =>
  path.replace(/:(\w+)/g, (_, name: PathParamNames<P>) => encodeURIComponent(params[name]))
