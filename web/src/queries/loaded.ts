import * as v from 'valibot'
import { Problem } from '../domain/schemas/problem.ts'

/** What a page loaded, or why it could not: a value, never a throw, so that no stack reaches the HTML. */
export type Loaded<T> = { ok: true; value: T } | { ok: false; failure: Failure }

export type Failure = {
  status: number
  code: string
  errors: { message: string; field?: string | undefined }[]
  retryAfterSeconds?: number
}

/** The contract's refusal in an answer; an answer that is none counts as the service being away. */
export const failureIn = (answer: { status: number; body: unknown; retryAfterSeconds?: number }): Failure => {
  const read = v.safeParse(Problem, answer.body)
  if (read.success && read.output.errors.length > 0) {
    const { retryAfterSeconds } = answer
    return { status: answer.status, ...read.output, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
  }
  const message = 'This part of Fairpass is not available right now, please try again soon'
  return { status: 503, code: 'service_unavailable', errors: [{ message }] }
}

export const loadedFrom = <S extends v.GenericSchema>(
  schema: S,
  answer: { status: number; body: unknown },
): Loaded<v.InferOutput<S>> => {
  if (answer.status >= 200 && answer.status < 300) {
    const read = v.safeParse(schema, answer.body)
    if (read.success) return { ok: true, value: read.output }
  }
  return { ok: false, failure: failureIn(answer) }
}
