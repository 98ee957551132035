const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * An unsafe request that a browser sent from a page of another site. Callers that are no browsers send neither header
 * and carry no ambient cookies, so they pass.
 */
export const isCrossSite = (request: Request, publicOrigin: string): boolean => {
  if (safeMethods.has(request.method)) return false
  const origin = request.headers.get('origin')
  if (origin !== null && origin !== publicOrigin) return true
  const site = request.headers.get('sec-fetch-site')
  return site !== null && site !== 'same-origin' && site !== 'none'
}

/**
 * A page of this very server, opened at an address that is not the public one, such as 127.0.0.1 or that of the local
 * network: refused all the same, since its cookies and its links are another origin's, but not suspected.
 */
export const isOfOtherAddress = (request: Request): boolean => {
  const origin = request.headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  return new URL(origin).host === new URL(request.url).host
}
