import * as v from 'valibot'

/** Where the Dapr API answers, by Dapr's own name: a sidecar elsewhere, with TLS where it is https. */
export const DaprHttpEndpoint = v.pipe(
  v.string(),
  v.url('must be an address such as https://dapr.tickets.example'),
  v.regex(/^https?:\/\//i, 'must begin with http:// or https://'),
  v.check((text) => !/[?#]/.test(text), 'must have neither a query nor a fragment'),
  v.transform((text) => new URL(text).href.replace(/\/+$/, '')),
)

type Environment = { DAPR_HTTP_ENDPOINT?: string | undefined; DAPR_HTTP_PORT: number }

/** Without an address of its own, the sidecar is the one on this machine. */
export const daprEndpointOf = ({ DAPR_HTTP_ENDPOINT, DAPR_HTTP_PORT }: Environment): string =>
  DAPR_HTTP_ENDPOINT ?? `http://127.0.0.1:${DAPR_HTTP_PORT}`

/** The same as a caller of `createDapr` says it: an address, or a port of this machine. */
export type DaprAddress = { endpoint: string } | { httpPort: number }

export const endpointOf = (place: DaprAddress): string =>
  'endpoint' in place ? place.endpoint : daprEndpointOf({ DAPR_HTTP_PORT: place.httpPort })
