import { DayOrMoment } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import * as v from 'valibot'

const MinorUnits = v.pipe(
  v.string(),
  v.regex(/^\d{1,9}$/, 'must be a whole number of minor units'),
  v.transform(Number),
)

const Text = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^\P{Cc}*$/u, 'must have no control characters'),
  v.maxLength(100, 'must have at most 100 characters'),
)

/** An empty field of a form is no filter. */
const filter = <S extends v.GenericSchema<string, unknown>>(schema: S) =>
  v.optional(
    v.union([
      v.pipe(
        v.literal(''),
        v.transform(() => undefined),
      ),
      schema,
    ]),
  )

export const Search = v.object({
  q: filter(Text),
  city: filter(Text),
  from: filter(DayOrMoment),
  to: filter(DayOrMoment),
  minPrice: filter(MinorUnits),
  maxPrice: filter(MinorUnits),
  status: filter(v.picklist(['available', 'reserved', 'sold', 'withdrawn'])),
  sort: v.optional(v.picklist(['soonest', 'cheapest', 'newest'], 'must be soonest, cheapest or newest'), 'soonest'),
  limit: PageLimit,
  cursor: filter(v.pipe(v.string(), v.maxLength(300))),
})
export type Search = v.InferOutput<typeof Search>

/** Lower case without accents, so that "zurich" finds "Zürich". */
export const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The words that a listing must all contain, at most eight. */
export const wordsOf = (q: string) => fold(q).split(/\s+/).filter(Boolean).slice(0, 8)
