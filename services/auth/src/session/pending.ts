import { createHmac, timingSafeEqual } from 'node:crypto'
import { now as timeNow } from '@fairpass/sdk/clock'
import { pendingSignInSeconds } from './cookies.ts'

type Pending = { userId: string; version: number }

/**
 * A sign-in with the right password that still needs a code: valid for five minutes, and only while the account stays
 * unchanged. It is no session by itself.
 */
export const createPendingSignIns = (key: string) => {
  const macOf = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url')

  return {
    issue: ({ userId, version }: Pending, now = timeNow()): string => {
      const payload = `${userId}.${version}.${Math.floor(now.getTime() / 1000) + pendingSignInSeconds}`
      return `${payload}.${macOf(payload)}`
    },

    read: (value: string | undefined, now = timeNow()): Pending | undefined => {
      const [, payload = '', userId = '', version, until, mac = ''] =
        /^(([0-9a-f]{24})\.(\d{1,15})\.(\d{1,12}))\.([A-Za-z0-9_-]{43})$/.exec(value ?? '') ?? []
      if (mac === '' || !timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(payload)))) return undefined
      return Number(until) * 1000 > now.getTime() ? { userId, version: Number(version) } : undefined
    },
  }
}

export type PendingSignIns = ReturnType<typeof createPendingSignIns>
