import type { Failure, Loaded } from '../queries/loaded.ts'
import type { Catalogue } from './catalogues.ts'

/** The field of a form by the name that the API has for it. */
const fieldOfForm = (field: string): string =>
  field === 'priceCents' ? 'price' : field === 'faceValueCents' ? 'faceValue' : field

/** A refusal in the API's own words, or by its code and field where the page is in another language. */
const errorMessage = (catalogue: Catalogue, code: string, error: Failure['errors'][number]): string =>
  catalogue.refusedFields[code]?.[error.field ?? ''] ?? catalogue.refusals[code] ?? error.message

/** A refusal as a page shows it: in its reader's language, by the names of the form's own fields. For the server. */
export const shownFailure = <F extends Failure>(catalogue: Catalogue, failure: F): F => ({
  ...failure,
  errors: failure.errors.map((error) => ({
    ...error,
    message: errorMessage(catalogue, failure.code, error),
    ...(error.field === undefined ? {} : { field: fieldOfForm(error.field) }),
  })),
})

/** The same for what was asked for. */
export const shownLoaded = <T>(catalogue: Catalogue, loaded: Loaded<T>): Loaded<T> =>
  loaded.ok ? loaded : { ok: false, failure: shownFailure(catalogue, loaded.failure) }
