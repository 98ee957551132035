import { expect, test } from 'bun:test'
import { findPrevious } from './previous.ts'
import { upgradeUnderLoad } from './upgrade.ts'

// Guarantee: this version replaces the one before, service by service, while people buy, and that one it again.

const previous = await findPrevious()

test.skipIf(!previous)(
  'services of two versions live together, on the way there and back',
  async () => {
    const { purchases, broken } = await upgradeUnderLoad({ commit: previous?.commit ?? '' })
    expect(broken).toEqual({ today: {}, previous: {} })
    expect(purchases).toBeGreaterThan(16)
  },
  // Half a minute each way; the rest is for a machine that has to build that version's servers.
  16 * 60_000,
)
