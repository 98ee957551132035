import { expect, test } from 'bun:test'
import { Hono } from 'hono'
import * as v from 'valibot'
import { createLog } from '../telemetry/log.ts'
import { body, query } from './body.ts'
import { DayOrMoment } from './fields.ts'
import { showError } from './problem.ts'

const filter = v.optional(
  v.pipe(v.string('must be a text'), v.regex(/^\d+$/, 'must be a whole number'), v.transform(Number)),
  '20',
)
const app = new Hono()
  .onError(showError(createLog('test', 'fatal')))
  .post('/things', body(v.strictObject({ title: v.string('must be a text'), size: v.optional(v.number()) })), (c) =>
    c.json(c.req.valid('json')),
  )
  .get('/things', query(v.object({ least: filter, day: v.optional(DayOrMoment) })), (c) => c.json(c.req.valid('query')))

const post = (sent: BodyInit, type = 'application/json') =>
  app.request('/things', { method: 'POST', body: sent, headers: { 'content-type': type } })

const wordsOf = async (answer: Response | Promise<Response>) => {
  const { errors } = (await (await answer).json()) as { errors: { message: string; field?: string }[] }
  return errors.map(({ field, message }) => `${field}: ${message}`)
}

// Guarantee: what is stored is what was sent, and not a question mark for what cannot be read.
test.each([
  ['half a letter', [0xc3]],
  ['a letter of another encoding', [0xfc]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['what is beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
])('a body with %s is no JSON', async (_what, bytes) => {
  const sent = Buffer.concat([Buffer.from('{"title":"'), Buffer.from(bytes), Buffer.from('"}')])
  const answer = await post(sent)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'malformed_json' })
})

test.each(['ü', '😀', '\ufffd', '\u0000', '日本'])('a body with %p arrives as it was sent', async (title) => {
  expect(await (await post(JSON.stringify({ title }))).json()).toEqual({ title })
})

// Guarantee: the validator's own words, which are for programmers, are nobody's answer.
test.each([
  ['least=x', ['least: must be a whole number']],
  ['least=1&least=2', ['least: must be given once']],
  ['day=x', ['day: must be a day such as 2030-05-31 or a time such as 2030-05-31T20:00:00Z']],
  ['day=2030-02-30', ['day: must be a day such as 2030-05-31 or a time such as 2030-05-31T20:00:00Z']],
  ['day=2030-05-31&day=2030-05-31', ['day: must be given once']],
])('the query %p is refused in words', async (asked, words) => {
  expect(await wordsOf(app.request(`/things?${asked}`))).toEqual(words)
})

// Guarantee: a form that is sent with a field left empty asks for the same as one without it.
test.each(['', 'least=', 'least=&day=', 'day='])('an empty parameter, as in %p, is none', async (asked) => {
  const answer = await app.request(`/things?${asked}`)
  expect(await answer.json()).toEqual({ least: 20 })
})

test('fields are refused in words', async () => {
  expect(await wordsOf(post('{"title":[],"size":"x","id":1}'))).toEqual([
    'title: must be a text',
    'size: must be a number',
    'id: is not a field here',
  ])
})
