import { query } from '@solidjs/router'
import { PendingApp, Sessions, Settings } from '../domain/schemas/account.ts'
import { load } from './load.ts'

// One part of the account's page: without it the rest is still there.

export const readSettings = query(() => load('/api/users/settings', Settings, {}), 'settings')

/** The authenticator app that waits for its first code; undefined for most. */
export const readPendingApp = query(() => load('/api/users/totp', PendingApp, {}), 'pending app')

export const readSessions = query(() => load('/api/users/sessions', Sessions, {}), 'sessions')
