import { isApiPath, isSecretPath, routeOf } from '../gateway/route.ts'

/** What the names of pages begin with, and what is no page; everything else that somebody may ask for is one name. */
const knownFirstSegments = new Set([
  'account',
  'admin',
  'confirm-email',
  'earnings',
  'forgot-password',
  'listings',
  'live',
  'orders',
  'reauthenticate',
  'reset-password',
  'robots.txt',
  'sales',
  'searches',
  'sell',
  'signin',
  'signout',
  'signup',
  'sitemap.xml',
  'sitemaps',
  'tickets',
  'unsubscribe',
])

/** The kind of an address, for names of spans and metrics, which must stay few whatever is requested. */
export const routeName = (pathname: string): string => {
  if (isApiPath(pathname)) {
    const route = routeOf(pathname)
    return route === undefined ? '/api/*' : `/${route.path.split('/').slice(0, 2).join('/')}`
  }
  const [, first = '', ...rest] = pathname.split('/')
  if (first === '' && rest.length === 0) return '/'
  if (!knownFirstSegments.has(first)) return '/*'
  return rest.length === 0 ? `/${first}` : `/${first}/*`
}

/** The path as a log may have it. */
export const pathToShow = (pathname: string): string => (isSecretPath(pathname) ? '/api/coupons/*' : pathname)
