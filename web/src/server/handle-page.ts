import type { RequestEvent } from 'solid-js/web'
import { submitForm } from '../actions/submit-form.ts'
import { tidyAddress } from '../domain/listing-query.ts'
import { isCrossSite, isOfOtherAddress } from '../gateway/same-origin.ts'
import { type Trace, traceOf } from '../gateway/trace.ts'
import { catalogues } from '../i18n/catalogues.ts'
import { readerFrom } from '../i18n/reader.ts'
import { type Api, createApi } from './api/api.ts'
import { failedPage, otherAddressPage } from './failed-page.ts'
import { securityHeaders } from './headers.ts'
import { createLog } from './log.ts'
import type { ServerContext } from './server-context.ts'
import { cookieHeader, cookiesOf, languageCookieName, sessionCookieNames } from './session/cookies.ts'
import { reauthenticatePath, signInPath } from './session/next.ts'
import { renewedSession } from './session/session.ts'
import { currentUser, isPrivate } from './session/visit.ts'

// An open order's page is its checkout, the one place where a page may reach Stripe.
const checkoutPath = /^\/orders\/[\w-]+\/?$/

// What took a while to fill in.
const filledIn = /^\/(sell|listings\/[\w-]+)\/?$/

type Next = () => unknown

const seeOther = (to: string): Response => new Response(null, { status: 303, headers: { location: to } })

const textResponse = (status: number, title: string): Response =>
  new Response(`${title}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })

/**
 * The framework leaves the page's headers out of an error, and would lose a renewed session with them; to anything else
 * it adds them itself.
 */
const withHeadersOf = (page: { headers: Headers }, answer: Response): Response => {
  if (answer.status < 400) return answer
  for (const [name, value] of page.headers) {
    if (name === 'set-cookie') answer.headers.append(name, value)
    else if (!answer.headers.has(name)) answer.headers.set(name, value)
  }
  return answer
}

/** A page from the visitor's request: who asks, what a form wants, and then what is rendered. */
export const handlePage = async (event: RequestEvent, context: ServerContext, next: Next): Promise<unknown> => {
  const { request, response, locals } = event
  const { publicOrigin, logLevel, stripePublishableKey } = context.settings
  const trace = traceOf(request.headers.get('traceparent'))
  locals.nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const paysAtStripe = stripePublishableKey !== undefined && checkoutPath.test(new URL(request.url).pathname)
  for (const [name, value] of Object.entries(securityHeaders(locals.nonce, publicOrigin, paysAtStripe))) {
    response.headers.set(name, value)
  }
  const failure = (error: unknown): Response => {
    const stack = error instanceof Error ? error.stack : String(error)
    createLog(logLevel)('error', 'page failed', { traceId: trace.traceId, error: stack })
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    return withHeadersOf(
      response,
      new Response(failedPage(trace.traceId, readerOf(request).language, locals.nonce), { status: 500, headers }),
    )
  }
  try {
    if (isCrossSite(request, publicOrigin)) {
      const { language } = readerOf(request)
      const at = isOfOtherAddress(request) ? publicOrigin : undefined
      const headers = { 'content-type': 'text/html; charset=utf-8' }
      return withHeadersOf(
        response,
        new Response(otherAddressPage(language, locals.nonce, at), { status: 403, headers }),
      )
    }
    const answer = await prepare(event, context, trace)
    if (answer !== undefined) return withHeadersOf(response, answer)
    const page = await next()
    return locals.visit.failed ? failure('rendering threw') : page
  } catch (error) {
    return failure(error)
  }
}

const readerOf = ({ headers }: Request) =>
  readerFrom(headers.get('accept-language'), cookiesOf(headers.get('cookie')).get(languageCookieName))

/** Fills in `locals.visit`; answers itself when there is nothing to render. */
const prepare = async (event: RequestEvent, context: ServerContext, trace: Trace): Promise<Response | undefined> => {
  const { request, response, locals, clientAddress: peer } = event
  const { gateway, settings } = context
  const { pathname, search } = new URL(request.url)
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) return textResponse(405, 'Method not allowed')

  const { language, locale } = readerOf(request)
  const apiWith = (cookie: string): Api => {
    const userAgent = request.headers.get('user-agent')
    const forwardedFor = request.headers.get('x-forwarded-for')
    const { publicOrigin } = settings
    const { traceparent } = trace
    return createApi({ gateway, publicOrigin, cookie, traceparent, userAgent, language, peer, forwardedFor })
  }
  const names = sessionCookieNames(settings.publicOrigin)
  const renewed = (cookie: string | null) =>
    renewedSession({
      ...{ cookie, names, now: new Date() },
      call: (sent, method, path, options) => apiWith(sent)(method, path, options),
    })
  const session = await renewed(request.headers.get('cookie'))
  const renewedNow = async () => {
    const cookies = cookiesOf(session.cookie)
    cookies.delete(names.access)
    return (await renewed(cookieHeader(cookies))).setCookies
  }
  for (const cookie of session.setCookies) response.headers.append('set-cookie', cookie)

  const api = apiWith(session.cookie)
  const messages = catalogues[language]
  const submitted = request.method === 'POST' ? await submitForm(request, api, { messages, locale }) : undefined
  if (submitted?.kind === 'none') return textResponse(405, 'Method not allowed')
  if (submitted?.kind === 'leads on') {
    for (const cookie of submitted.cookies) response.headers.append('set-cookie', cookie)
    return seeOther(submitted.to)
  }
  const away = submitted?.kind === 'leads away' ? submitted.to : undefined
  // The policy holds a form's redirects to this site, so a page of ours leads there.
  if (away !== undefined) response.headers.set('refresh', `0;url=${away}`)
  const refusal = submitted?.kind === 'refused' ? submitted.refusal : undefined
  // A long form is shown again as it was filled in: its sender signs in beside it, and sends it again.
  const isKept = refusal?.code === 'not_authenticated' && filledIn.test(pathname)
  if (refusal?.code === 'not_authenticated' && !isKept) return seeOther(signInPath(pathname + search))
  // What was confirmed in another browser is not in this one's token yet: with the next one it is.
  if (refusal?.code === 'email_not_confirmed')
    for (const cookie of await renewedNow()) response.headers.append('set-cookie', cookie)
  if (refusal?.code === 'reauthentication_required') return seeOther(reauthenticatePath(pathname + search))
  const result = submitted?.kind === 'shows' ? submitted.result : undefined
  if (submitted?.kind === 'shows') for (const cookie of submitted.cookies) response.headers.append('set-cookie', cookie)
  if (refusal) response.status = refusal.status

  const user = session.isSignedIn ? await currentUser(api) : null
  // Whoever is banned while a form is under way reads that, not how to sign in.
  const isBanned = refusal?.code === 'account_banned'
  if (user === null && isPrivate(pathname) && !isBanned && !isKept) return seeOther(signInPath(pathname + search))
  const tidy = pathname === '/' && search !== '' ? tidyAddress(search, locale) : undefined
  if (tidy !== undefined) return seeOther(tidy)

  locals.visit = {
    api,
    listings: context.listings,
    user,
    language,
    locale,
    messages,
    publicOrigin: settings.publicOrigin,
    stripeKey: settings.stripePublishableKey,
    feeBasisPoints: settings.feeBasisPoints,
    payoutDelaySeconds: settings.payoutDelaySeconds,
    refusal,
    result,
    away,
    failed: false,
  }
  return undefined
}
