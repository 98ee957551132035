// A step of `bun run test`: brings Chromium, with progress, before tests that have a time limit need it.
import { UserError } from '@fairpass/servers'
import { chromiumPath } from './chromium.ts'

try {
  console.log(`Browser: ${await chromiumPath()}`)
  process.exit(0)
} catch (error) {
  console.error(error instanceof UserError ? error.message : error)
  process.exit(1)
}
