import { NotFoundError } from '@fairpass/sdk/errors'
import { body, describeRoute, Id, type IdempotencyEnv } from '@fairpass/sdk/http'
import type { ServiceContext } from '@fairpass/sdk/service'
import { Hono } from 'hono'
import * as v from 'valibot'
import { SavedSearchAnswer, SavedSearchesAnswer } from '../schemas.ts'
import type { SavedSearch, SavedSearches } from './store.ts'

/** What somebody searched for, as in the query of `GET /api/tickets`; an empty field is none. */
const Word = v.optional(v.pipe(v.string('must be a text'), v.maxLength(100, 'must have at most 100 characters')))
const Query = v.strictObject({
  ...{ q: Word, city: Word, from: Word, to: Word, currency: Word, minPrice: Word, maxPrice: Word },
})

const withoutEmpty = (query: v.InferOutput<typeof Query>): Record<string, string> =>
  Object.fromEntries(Object.entries(query).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])))

const toPublic = ({ id, name, query, createdAt }: SavedSearch) => ({
  ...{ id, name, query, createdAt: createdAt.toISOString() },
})

type Deps = { savedSearches: SavedSearches; context: ServiceContext }

/** "Tell me when a ticket for this appears." Stands before the routes of tickets, whose ids would take its name. */
export const createSavedSearchRoutes = ({ savedSearches, context: { identity, idempotent } }: Deps) =>
  new Hono<IdempotencyEnv>()
    .post(
      '/api/tickets/searches',
      identity.signedIn,
      idempotent,
      body(Query),
      describeRoute(
        'Be told of new listings for a search, by mail, at most once an hour',
        { 201: SavedSearchAnswer },
        'too_many_requests',
      ),
      async (c) => c.json(toPublic(await savedSearches.save(c.var.user.id, withoutEmpty(c.req.valid('json')))), 201),
    )
    .get(
      '/api/tickets/searches',
      identity.signedIn,
      describeRoute('The caller’s saved searches', { 200: SavedSearchesAnswer }),
      async (c) => c.json({ searches: (await savedSearches.ofUser(c.var.user.id)).map(toPublic) }),
    )
    .delete(
      '/api/tickets/searches/:id',
      identity.signedIn,
      describeRoute('End a saved search', { 204: undefined }),
      async (c) => {
        const id = c.req.param('id')
        const isRemoved = v.is(Id, id) && (await savedSearches.remove(id, c.var.user.id))
        if (!isRemoved) throw new NotFoundError('There is no such saved search')
        return c.body(null, 204)
      },
    )
