// A step of `bun run test`: brings Stripe's own mock, with progress, before a test that has a time limit needs it.
import { UserError } from '@fairpass/servers'
import { findStripeMock } from './find.ts'

try {
  console.log(`stripe-mock: ${(await findStripeMock()).program}`)
  process.exit(0)
} catch (error) {
  console.error(error instanceof UserError ? error.message : error)
  process.exit(1)
}
