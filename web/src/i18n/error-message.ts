import { formatMoney, minorUnits } from '@fairpass/sdk/values'
import { isServer } from 'solid-js/web'
import { formatShare } from '../domain/fee.ts'
import type { Failure, Loaded } from '../queries/loaded.ts'
import type { Catalogue } from './catalogues.ts'

/** Whom a refusal is shown to: in which words, and in which form of numbers. */
type Reader = { messages: Catalogue; locale: string }

/** The field of a form by the name that the API has for it. */
const fieldOfForm = (field: string): string =>
  field === 'priceCents' ? 'price' : field === 'faceValueCents' ? 'faceValue' : field

/** As tickets refuses a price above the cap, see `refuseAboveCap` there. */
const aboveCap = /^must be at most (?<amount>[\d.]+) (?<currency>[A-Z]{3}): (?<percent>\d+) % of the face value$/

/** As it refuses a listing that lacks what the cap is a share of. */
const lacksFaceValue = /^must be given: the price may be at most (?<percent>\d+) % of it$/

/** The cap in the reader's words, and the highest price as the reader writes money; undefined where something else was refused. */
export const capMessage = (
  { messages, locale }: { messages: Pick<Catalogue, 'sell'>; locale: string },
  { message, field }: Failure['errors'][number],
): string | undefined => {
  const shareOf = (percent: string | undefined) => formatShare(Number(percent) * 100, locale)
  if (field === 'faceValueCents') {
    const { percent } = lacksFaceValue.exec(message)?.groups ?? {}
    return percent ? messages.sell.sayFaceValue(shareOf(percent)) : undefined
  }
  if (field !== 'priceCents') return undefined
  const { amount = '', currency = '', percent } = aboveCap.exec(message)?.groups ?? {}
  const highest = minorUnits(amount, currency)
  if (highest === undefined) return undefined
  return messages.sell.priceCap(formatMoney(highest, currency, locale), shareOf(percent))
}

/** A refusal in the API's own words, or by its code and field where the page is in another language. */
const errorMessage = (reader: Reader, code: string, error: Failure['errors'][number]): string => {
  const { refusals, refusedFields } = reader.messages
  return capMessage(reader, error) ?? refusedFields[code]?.[error.field ?? ''] ?? refusals[code] ?? error.message
}

/**
 * A refusal as a page shows it: in its reader's language, by the names of the form's own fields. For the server: a browser
 * gets pages that say it already, and none of this.
 */
export const shownFailure = <F extends Failure>(reader: Reader, failure: F): F =>
  isServer
    ? {
        ...failure,
        errors: failure.errors.map((error) => ({
          ...error,
          message: errorMessage(reader, failure.code, error),
          ...(error.field === undefined ? {} : { field: fieldOfForm(error.field) }),
        })),
      }
    : failure

/** The same for what was asked for. */
export const shownLoaded = <T>(reader: Reader, loaded: Loaded<T>): Loaded<T> =>
  loaded.ok ? loaded : { ok: false, failure: shownFailure(reader, loaded.failure) }
