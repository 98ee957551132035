import { readBody } from '../gateway/body.ts'

const maxBytes = 10_000
const readMs = 5_000

/**
 * Mail programs end a kind of mails by themselves (RFC 8058): a POST from no page of ours, without cookies, which says
 * `List-Unsubscribe=One-Click`. It is answered at once, without a page and without a redirect.
 * @returns undefined for everything else, people's own form among it
 */
export const oneClick = async (
  request: Request,
  { pathname, searchParams, origin }: URL,
  send: (request: Request) => Promise<Response>,
): Promise<Response | undefined> => {
  if (pathname !== '/unsubscribe' || request.method !== 'POST' || !searchParams.has('token')) return undefined
  const body = await readBody(request, AbortSignal.timeout(readMs), maxBytes).catch(() => undefined)
  const isOneClick = /One-Click/.test(new TextDecoder().decode(body))
  if (!isOneClick) return new Response(null, { status: 400 })
  const answer = await send(
    new Request(`${origin}/api/users/unsubscribe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: searchParams.get('token') }),
    }),
  )
  return new Response(null, { status: answer.status === 204 ? 200 : answer.status })
}
