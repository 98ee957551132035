import { expect, test } from 'bun:test'
import { Hono } from 'hono'
import { statusByCode } from '../errors.ts'
import { openApiOf } from './openapi.ts'

// Guarantee: whoever meets a code finds in the API's description what to do about it.
test('the description says of each code what to do', async () => {
  const { info } = await openApiOf(new Hono(), 'https://fairpass.example')
  for (const [code, status] of Object.entries(statusByCode))
    expect(info.description).toMatch(new RegExp(String.raw`^\| ${status} \| \`${code}\` \| \w.{3,} \|$`, 'm'))
})
