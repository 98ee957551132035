import { describeRoute } from '@fairpass/sdk/http'
import { Hono } from 'hono'
import { KeysAnswer } from '../schemas.ts'
import type { Tokens } from './tokens.ts'

/** The public keys by which everybody verifies access tokens. */
export const createKeyRoutes = (tokens: Tokens) =>
  new Hono().get(
    '/api/users/.well-known/jwks.json',
    describeRoute('The public keys of access tokens', { 200: KeysAnswer }),
    (c) => {
      c.header('cache-control', 'public, max-age=300')
      return c.json(tokens.jwks)
    },
  )
