import { createHash } from 'node:crypto'
import { currencyNamed, formatMoney, isTimeZone, minorUnits, plainLineBreaks, utcFrom } from '@fairpass/sdk/values'
import { Onboarding } from '../domain/schemas/earnings.ts'
import { Ticket } from '../domain/schemas/ticket.ts'
import type { Messages } from '../i18n/messages.ts'
import { type Failure, failureIn, loadedFrom } from '../queries/loaded.ts'
import { type FormAction, idempotencyKeyOf, idIn, type Outcome, redirectOnSuccess, refuse, text } from './form.ts'
import { fileIn, upload } from './upload.ts'

const lines = (typed: string): string => plainLineBreaks(typed).trim()

/** Whether a clock there passes over the time: everywhere else it is one. */
const isSkipped = (typed: string, timeZone: string): boolean =>
  isTimeZone(timeZone) && utcFrom(typed, timeZone) === undefined && utcFrom(typed, 'UTC') !== undefined

/** The listing in the fields, or the mistakes in them that only this form can detect. */
const listingIn = (fields: URLSearchParams, { sell }: Messages, locale: string, before?: Ticket) => {
  const currency = text(fields, 'currency') || 'usd'
  const timeZone = text(fields, 'timeZone') || 'UTC'
  const priceCents = minorUnits(text(fields, 'price'), currency, locale)
  const typedStart = text(fields, 'startsAt')
  const startsAt = utcFrom(typedStart, timeZone, before?.startsAt)
  const errors: Failure['errors'] = []
  if (startsAt === undefined)
    errors.push({ message: isSkipped(typedStart, timeZone) ? sell.noSuchTime : sell.sayWhen, field: 'startsAt' })
  if (priceCents === undefined) errors.push({ message: sell.sayPrice(currency.toUpperCase()), field: 'price' })
  const { min, max, increment } = currencyNamed(currency)
  const money = (cents: number) => formatMoney(cents, currency, locale)
  const isOutOfBounds = (cents: number | undefined, was: number | undefined) =>
    cents !== undefined && cents !== was && (cents < min || cents > max)
  if (isOutOfBounds(priceCents, before?.priceCents))
    errors.push({ message: sell.priceBounds(money(min), money(max)), field: 'price' })
  if (priceCents !== undefined && priceCents % increment !== 0 && priceCents !== before?.priceCents)
    errors.push({ message: sell.priceSteps(money(increment)), field: 'price' })
  const [title, venue, city] = [text(fields, 'title'), text(fields, 'venue'), text(fields, 'city')]
  const description = lines(fields.get('description') ?? '')
  const optional = Object.fromEntries(
    (['section', 'row', 'seat'] as const).flatMap((name) => {
      const typed = text(fields, name)
      return typed ? [[name, typed]] : []
    }),
  )
  const faceValue = text(fields, 'faceValue')
  const faceValueCents = faceValue ? minorUnits(faceValue, currency, locale) : undefined
  if (faceValue && faceValueCents === undefined)
    errors.push({ message: sell.sayPrice(currency.toUpperCase()), field: 'faceValue' })
  if (isOutOfBounds(faceValueCents, before?.faceValueCents))
    errors.push({ message: sell.faceValueBounds(money(min), money(max)), field: 'faceValue' })
  const listing = { title, venue, city, startsAt, timeZone, priceCents, currency, description, ...optional }
  return { errors, listing: faceValueCents === undefined ? listing : { ...listing, faceValueCents } }
}

type ListedTicket = { id: string; isReplayed: boolean }

/**
 * Puts a ticket up together with its file; a file that is refused leaves no listing behind. Two presses list the same
 * ticket, and only the one that listed it may take it back: the file of the other may be in it by now.
 */
const sellFile = async (
  { api, messages }: Pick<Parameters<FormAction>[0], 'api' | 'messages'>,
  { id, isReplayed }: ListedTicket,
  file: File,
  withoutBarcode: boolean,
): Promise<Outcome> => {
  const uploaded = await upload(api, id, file, withoutBarcode)
  if (uploaded.status === 201) return redirectOnSuccess(uploaded, '/listings?done=uploaded')
  const isRefused = uploaded.status >= 400 && uploaded.status < 500
  // It may have been stored all the same, and even be in a buyer's hands.
  if (!isRefused)
    return { failure: { status: 503, code: 'form_refused', errors: [{ message: messages.sell.uploadUncertain }] } }
  if (!isReplayed) await api('DELETE', `/api/tickets/${id}`)
  return { failure: failureIn(uploaded) }
}

/** Another file is another ticket, though all that was typed is the same: two of a row that are sold one after the other. */
const keyWithFile = async (fields: URLSearchParams, file: File | undefined): Promise<{ idempotencyKey: string }> => {
  const { idempotencyKey } = idempotencyKeyOf(fields)
  if (!file) return { idempotencyKey }
  const digest = createHash('sha256')
    .update(new Uint8Array(await file.arrayBuffer()))
    .digest('hex')
  return { idempotencyKey: `${idempotencyKey}-${digest}` }
}

export const sell: FormAction = async ({ api, fields, files, messages, locale }) => {
  const { errors, listing } = listingIn(fields, messages, locale)
  if (errors.length > 0) return refuse(errors)
  const { description, ...rest } = listing
  const file = fileIn(files)
  const isWithoutBarcode = fields.get('withoutBarcode') === 'true'
  if (isWithoutBarcode && !file) return refuse([{ message: messages.sell.fileAgain, field: 'file' }])
  const body = { ...(description ? listing : rest), delivery: file ? 'file' : 'transfer' }
  const answer = await api('POST', '/api/tickets', { body, ...(await keyWithFile(fields, file)) })
  const id = idIn(answer)
  if (file && id && answer.status === 201) {
    const listed = { id, isReplayed: answer.isReplayed === true }
    return sellFile({ api, messages }, listed, file, isWithoutBarcode)
  }
  return redirectOnSuccess(answer, `/tickets/${id ?? ''}`)
}

/** The changed fields of a listing; fields that were not touched keep their stored value. */
const changesOf = (listing: ReturnType<typeof listingIn>['listing'], before: Ticket) => {
  const was = { ...before, timeZone: before.timeZone ?? 'UTC', description: lines(before.description ?? '') }
  const names = Object.keys(listing) as (keyof typeof listing)[]
  const takenBack = (['section', 'row', 'seat', 'faceValueCents'] as const).filter(
    (name) => before[name] !== undefined && !(name in listing),
  )
  const isChanged = (name: keyof typeof listing) =>
    typeof listing[name] === 'string' ? listing[name].trim() !== String(was[name]).trim() : listing[name] !== was[name]
  return Object.fromEntries([
    ...names.filter(isChanged).map((name) => [name, listing[name]]),
    ...takenBack.map((name) => [name, null]),
  ])
}

/** A listing's own page saves it or withdraws it; the button that was pressed says which. */
export const changeListing: FormAction = async ({ api, fields, files, id, messages, locale }) => {
  const path = `/api/tickets/${id}`
  if (fields.get('intent') === 'withdraw')
    return redirectOnSuccess(await api('DELETE', path), '/listings?done=withdrawn')
  const file = fileIn(files)
  if (fields.get('withoutBarcode') === 'true' && !file)
    return refuse([{ message: messages.sell.fileAgain, field: 'file' }])
  const found = loadedFrom(Ticket, await api('GET', path))
  if (!found.ok) return { failure: found.failure }
  const { errors, listing } = listingIn(fields, messages, locale, found.value)
  if (errors.length > 0) return refuse(errors)
  const changes = changesOf(listing, found.value)
  const saved = Object.keys(changes).length === 0 ? undefined : await api('PUT', path, { body: changes })
  if (file && (saved === undefined || saved.status === 200)) {
    const uploaded = await upload(api, id, file, fields.get('withoutBarcode') === 'true')
    return redirectOnSuccess(uploaded, '/listings?done=uploaded')
  }
  return saved ? redirectOnSuccess(saved, '/listings?done=saved') : { to: '/listings?done=saved', cookies: [] }
}

/** Stripe asks the seller who they are, on pages of its own. */
export const setUpPayouts: FormAction = async ({ api, fields }) => {
  const country = text(fields, 'country')
  const answer = await api('POST', '/api/payments/account', { body: country ? { country } : {} })
  const begun = loadedFrom(Onboarding, answer)
  return begun.ok ? { away: begun.value.url } : { failure: begun.failure }
}
