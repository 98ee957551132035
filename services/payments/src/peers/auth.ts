import type { InternalRoutes } from '@fairpass/auth/internal'
import { type Dapr, daprFetch, parseResponse } from '@fairpass/sdk/dapr'
import { hc } from 'hono/client'
import * as v from 'valibot'

/** Who may not be paid out, read from auth at this moment. */
export type Bans = { isBanned: (userId: string) => Promise<boolean> }

const Standing = v.object({ isBanned: v.boolean() })

export const createBans = (dapr: Dapr): Bans => {
  const { users } = hc<InternalRoutes>('http://auth', daprFetch(dapr, 'auth')).internal
  return {
    isBanned: async (id) => (await parseResponse(Standing, users[':id'].$get({ param: { id } }))).isBanned,
  }
}
