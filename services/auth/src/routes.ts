import { combineRoutes, describeRoute } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import { createOwnAccountRoutes, type OwnAccountDeps } from './account/own-routes.ts'
import { KeysAnswer } from './schemas.ts'
import { notStored } from './session/issuer.ts'
import { createSessionRoutes, type SessionDeps } from './session/routes.ts'
import { createSignInRoutes, type SignInDeps } from './session/sign-in-routes.ts'
import type { Tokens } from './session/tokens.ts'

export type RoutesDeps = SignInDeps & SessionDeps & OwnAccountDeps

const createKeyRoutes = (tokens: Tokens) =>
  new Hono().get(
    '/api/users/.well-known/jwks.json',
    describeRoute('The public keys of access tokens', { 200: KeysAnswer }),
    (c) => {
      c.header('cache-control', 'public, max-age=300')
      return c.json(tokens.jwks)
    },
  )

export const createRoutes = (deps: RoutesDeps) =>
  combineRoutes(
    new Hono().use('/api/users/*', notStored),
    createKeyRoutes(deps.tokens),
    createSignInRoutes(deps),
    createSessionRoutes(deps),
    createOwnAccountRoutes(deps),
  )
