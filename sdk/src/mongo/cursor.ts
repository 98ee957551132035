import * as v from 'valibot'
import { RequestValidationError } from '../errors.ts'

const Position = v.tuple([v.union([v.string(), v.number()]), v.string()])
/** Where a page ended: the last row's sort value and id. */
export type Position = v.InferOutput<typeof Position>

export const encodeCursor = (position: Position) => Buffer.from(JSON.stringify(position)).toString('base64url')

/** @throws RequestValidationError naming the field `cursor` */
export const decodeCursor = (cursor: string): Position => {
  try {
    return v.parse(Position, JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new RequestValidationError([{ msg: 'is not a cursor that this list gave', param: 'cursor' }])
  }
}

/** How many rows a page may hold, as a query parameter. */
export const PageLimit = v.optional(
  v.pipe(
    v.string(),
    v.description('How many at most, 1 to 100'),
    v.regex(/^\d{1,3}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(100, 'must be at most 100'),
  ),
  '20',
)
