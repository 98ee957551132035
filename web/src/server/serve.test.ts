import { expect, test } from 'bun:test'
import { join } from 'node:path'

// docs/runbook.md, FairpassDown: how an operator tells a wrong setting from anything else.
test('a wrong setting ends the app with 78, and is named in the last line', async () => {
  const file = JSON.stringify(join(import.meta.dir, 'serve.ts'))
  const script = `import { serve } from ${file}; serve(() => new Response())`
  const env = { PATH: process.env.PATH ?? '', PAYOUT_DELAY_SECONDS: '-1' }
  const child = Bun.spawn([process.execPath, '-e', script], { env, stdout: 'ignore', stderr: 'pipe' })
  const said = await new Response(child.stderr).text()
  expect(await child.exited).toBe(78)
  expect(said.trim().split('\n').at(-1)).toContain('PAYOUT_DELAY_SECONDS')
})
