import type { Dapr } from '@fairpass/sdk'
import * as v from 'valibot'

/** Who may not be paid out, in auth's own words at this moment. */
export type Bans = { isBanned: (userId: string) => Promise<boolean> }

const Standing = v.object({ isBanned: v.boolean() })

export const createBans = (dapr: Dapr): Bans => ({
  isBanned: async (userId) => (await dapr.invoke('auth', `internal/users/${userId}`, Standing)).isBanned,
})
