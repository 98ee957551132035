import type { RequestEvent } from 'solid-js/web'
import { submitForm } from '../actions/submit-form.ts'
import { tidyAddress } from '../domain/listing-query.ts'
import { isCrossSite, isOfOtherAddress } from '../gateway/same-origin.ts'
import { type Trace, traceOf } from '../gateway/trace.ts'
import { type Catalogue, catalogues } from '../i18n/catalogues.ts'
import type { Language } from '../i18n/languages.ts'
import { readerFrom } from '../i18n/reader.ts'
import { type Api, createApi } from './api/api.ts'
import { failedPage, isWritten, otherAddressPage, sessionEndedPage } from './failed-page.ts'
import { securityHeaders } from './headers.ts'
import { createLog } from './log.ts'
import type { ServerContext } from './server-context.ts'
import { cookieHeader, cookiesOf, languageCookieName, sessionCookieNames } from './session/cookies.ts'
import { reauthenticatePath, signInPath } from './session/next.ts'
import { renewedSession } from './session/session.ts'
import { currentUser, isPrivate, type Visit } from './session/visit.ts'

// An open order's page is its checkout, the one place where a page may reach Stripe.
const checkoutPath = /^\/orders\/[\w-]+\/?$/

// What is fetched of an order from a page that may have stood open for hours: by now its reader needs another access token.
const fetchedPath = /^(\/orders\/[\w-]{1,64})\/(file|calendar)$/

// Forms that take a while to fill in.
const filledIn = /^\/(sell|listings\/[\w-]+)\/?$/

type Next = () => unknown

const seeOther = (to: string): Response => new Response(null, { status: 303, headers: { location: to } })

const notAllowed = (allow: string): Response =>
  new Response('Method not allowed\n', {
    status: 405,
    headers: { 'content-type': 'text/plain; charset=utf-8', allow },
  })

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

/** A page from the visitor's request: identify the visitor, handle a form, then render. */
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

/** Identifies the visitor by the cookies: their access to the API, and new cookies where the old ones have ended. */
const openSession = async (
  { request, response, clientAddress: peer }: RequestEvent,
  { gateway, settings: { publicOrigin } }: ServerContext,
  { language, traceparent }: { language: Language; traceparent: string },
) => {
  const apiWith = (cookie: string): Api => {
    const userAgent = request.headers.get('user-agent')
    const forwardedFor = request.headers.get('x-forwarded-for')
    return createApi({ gateway, publicOrigin, cookie, traceparent, userAgent, language, peer, forwardedFor })
  }
  const names = sessionCookieNames(publicOrigin)
  const renewed = (cookie: string | null) =>
    renewedSession({
      ...{ cookie, names, now: new Date() },
      call: (sent, method, path, options) => apiWith(sent)(method, path, options),
    })
  const keep = (cookies: readonly string[]) => {
    for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  }
  const session = await renewed(request.headers.get('cookie'))
  keep(session.setCookies)
  return {
    api: apiWith(session.cookie),
    isSignedIn: session.isSignedIn,
    keep,
    /** Another access token, although this one has not ended. */
    renewNow: async () => {
      const cookies = cookiesOf(session.cookie)
      cookies.delete(names.access)
      keep((await renewed(cookieHeader(cookies))).setCookies)
    },
  }
}

type OpenSession = Awaited<ReturnType<typeof openSession>>
type Reader = ReturnType<typeof readerOf> & { messages: Catalogue }

/** What a page shows of the form that was sent to it. */
type Shown = Pick<Visit, 'refusal' | 'result' | 'away'> & {
  /** A long form is shown again as it was filled in: its sender signs in beside it, and sends it again. */
  isKept: boolean
}

const nothing: Shown = { refusal: undefined, result: undefined, away: undefined, isKept: false }

/** Sends the form of a request: it answers by itself, or a page shows what came of it. */
const sendForm = async (
  { request, response, locals: { nonce } }: RequestEvent,
  { api, keep, renewNow }: OpenSession,
  { messages, language, locale }: Reader,
): Promise<Response | Shown> => {
  const { pathname, search } = new URL(request.url)
  const submitted = await submitForm(request, api, { messages, locale })
  switch (submitted.kind) {
    case 'none':
      return notAllowed('GET, HEAD')
    case 'leads on':
      keep(submitted.cookies)
      return seeOther(submitted.to)
    case 'leads away':
      // The policy holds a form's redirects to this site, so a page of ours leads there.
      response.headers.set('refresh', `0;url=${submitted.to}`)
      return { ...nothing, away: submitted.to }
    case 'shows':
      keep(submitted.cookies)
      return { ...nothing, result: submitted.result }
    case 'refused': {
      const { refusal } = submitted
      const isKept = refusal.code === 'not_authenticated' && filledIn.test(pathname)
      if (refusal.code === 'not_authenticated' && !isKept) {
        const [action, signIn] = [pathname + search, signInPath(pathname + search)]
        if (!isWritten(refusal.values)) return seeOther(signIn)
        const page = sessionEndedPage(language, nonce, { action, values: refusal.values, signIn })
        return new Response(page, { status: 401, headers: { 'content-type': 'text/html; charset=utf-8' } })
      }
      // An address that was confirmed in another browser is not in this one's token yet, only in the next one.
      if (refusal.code === 'email_not_confirmed') await renewNow()
      if (refusal.code === 'reauthentication_required') return seeOther(reauthenticatePath(pathname + search))
      response.status = refusal.status
      return { ...nothing, refusal, isKept }
    }
  }
}

/** Fills in `locals.visit`; answers itself when there is nothing to render. */
const prepare = async (event: RequestEvent, context: ServerContext, trace: Trace): Promise<Response | undefined> => {
  const { request, locals } = event
  const { settings } = context
  const { pathname, search } = new URL(request.url)
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) return notAllowed('GET, HEAD, POST')

  const { language, locale } = readerOf(request)
  const messages = catalogues[language]
  const session = await openSession(event, context, { language, traceparent: trace.traceparent })
  const sent = request.method === 'POST' ? await sendForm(event, session, { language, locale, messages }) : nothing
  if (sent instanceof Response) return sent
  const { isKept, ...shown } = sent

  const user = session.isSignedIn ? await currentUser(session.api) : null
  // A user who is banned while a form is under way reads that, not how to sign in.
  const isBanned = shown.refusal?.code === 'account_banned'
  if (user === null && isPrivate(pathname) && !fetchedPath.test(pathname) && !isBanned && !isKept)
    return seeOther(signInPath(pathname + search))
  const [, order, part] = fetchedPath.exec(pathname) ?? []
  if (order && part) return seeOther(user === null ? signInPath(order) : `/api${order}/${part}`)
  const tidy = pathname === '/' && search !== '' ? tidyAddress(search, locale) : undefined
  if (tidy !== undefined) return seeOther(tidy)

  locals.visit = {
    ...{ api: session.api, user, language, locale, messages, ...shown },
    listings: context.listings,
    publicOrigin: settings.publicOrigin,
    stripeKey: settings.stripePublishableKey,
    feeBasisPoints: settings.feeBasisPoints,
    payoutDelaySeconds: settings.payoutDelaySeconds,
    failed: false,
  }
  return undefined
}
