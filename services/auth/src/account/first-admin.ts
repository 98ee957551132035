import type { AuthConfig } from '../config.ts'
import { EmailInUseError } from '../domain/account.ts'
import type { Accounts } from './store.ts'

/** Sees to it that the account named by the environment is an admin. One that exists keeps its password. */
export const ensureFirstAdmin = async (
  accounts: Accounts,
  { ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Pick<AuthConfig, 'ADMIN_EMAIL' | 'ADMIN_PASSWORD'>,
): Promise<void> => {
  if (email === undefined || password === undefined) return
  const existing = await accounts.findByEmail(email)
  if (existing) {
    await accounts.promote(existing.id)
    return
  }
  try {
    await accounts.create({ email, password, role: 'admin' })
  } catch (error) {
    // Another replica, or the admin signing up, was quicker.
    if (!(error instanceof EmailInUseError)) throw error
    await ensureFirstAdmin(accounts, { ADMIN_EMAIL: email, ADMIN_PASSWORD: password })
  }
}
