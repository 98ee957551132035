/**
 * A request that can be worked with: one of HTTP/1.0 names no host (probes of load balancers do so), and may have a path for
 * its address; undefined where the host that is named is none.
 */
export const withWholeUrl = (request: Request): Request | undefined => {
  if (URL.canParse(request.url)) return request
  const isWithoutHost = request.headers.get('host') === null
  const url = isWithoutHost ? URL.parse(request.url, 'http://localhost') : null
  return url === null ? undefined : new Request(url, request)
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2 */
export const badRequest = (): Response => new Response(null, { status: 400 })
