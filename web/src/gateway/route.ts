const appByResource: Record<string, string> = {
  users: 'auth',
  tickets: 'tickets',
  orders: 'orders',
  payments: 'payments',
  coupons: 'payments',
}

// Dapr decodes and normalises a path before it passes it on (`a%2F..%2Fc` becomes `/c`), so an escape could name
// another path than the one that was judged here. No address of the contract needs one.
const plainSegment = /^[A-Za-z0-9._~!$'()*+,;=:@-]+$/

export type Route = {
  app: string
  path: string
}

/** Files are stored by tickets, but requests for one name the order that bought it. */
const ofTickets = /^\/api\/orders\/[0-9a-f]{24}\/(file|file\/link|code|calendar|resale)$/
/** Where a ticket's file is uploaded as it is. */
const uploadPath = /^\/api\/tickets\/[\w-]{1,64}\/file$/

/** The largest body that a path takes, in bytes; undefined where the usual bound holds. */
export const maxBodyBytesOf = (pathname: string): number | undefined =>
  uploadPath.test(pathname) ? 3 * 1024 * 1024 : undefined

/** The service that answers an /api path; undefined for a path that none answers or that is not written plainly. */
export const routeOf = (pathname: string): Route | undefined => {
  const path = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  const [empty, api, resource, ...rest] = path.split('/')
  if (empty !== '' || api !== 'api' || resource === undefined || !Object.hasOwn(appByResource, resource))
    return undefined
  if (!rest.every((segment) => plainSegment.test(segment) && segment !== '.' && segment !== '..')) return undefined
  const app = ofTickets.test(path) ? 'tickets' : appByResource[resource]
  return app === undefined ? undefined : { app, path: path.slice(1) }
}

/** True for everything that belongs to the gateway, well-formed or not: pages never answer below /api. */
export const isApiPath = (pathname: string): boolean => pathname === '/api' || pathname.startsWith('/api/')

/** A link to a ticket's file, which opens it: it is not traced. */
export const isSecret = ({ pathname, searchParams }: URL): boolean => isSecretPath(pathname) || searchParams.has('link')

/** A coupon's code stands in it, which is as good as money: the path is neither logged nor traced. */
export const isSecretPath = (pathname: string): boolean => /^\/api\/coupons\/./.test(pathname)
