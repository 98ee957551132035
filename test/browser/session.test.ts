import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createPorts, mongodUri, type RunningProcess, root, startProcess } from '@fairpass/servers'
import { eventually, listTicket } from '../marketplace.ts'
import { pay } from './steps.ts'
import { type Storefront, startStorefront } from './storefront.ts'
import { useBrowser } from './window.ts'

// A session in a browser whose access tokens live for two seconds: a second auth on the accounts of the marketplace.

const { market, open } = useBrowser()
const seconds = 2
let storefront: Storefront
let auth: RunningProcess

beforeAll(async () => {
  storefront = await startStorefront(market())
  const ports = createPorts()
  const port = await ports.any()
  ports.release()
  const { mongod } = await market().runFile()
  const origin = `http://127.0.0.1:${port}`
  auth = await startProcess({
    name: 'auth',
    command: [process.execPath, 'src/main.ts'],
    cwd: `${root}/services/auth`,
    env: {
      PATH: process.env.PATH ?? '',
      APP_PORT: `${port}`,
      DAPR_HTTP_PORT: '1',
      MONGODB_URI: mongodUri(mongod.port),
      JWT_KEY: (await Bun.file(`${market().dataDir}/jwt-key`).text()).trim(),
      ACCESS_TOKEN_SECONDS: `${seconds}`,
      PUBLIC_ORIGIN: market().origin,
    },
    isReady: async () => (await fetch(`${origin}/healthz`)).ok,
  })
  storefront.put(async (app, request) =>
    app === 'auth' ? storefront.passOn(request, { to: origin, as: 'web' }) : undefined,
  )
}, 240_000)
afterAll(() => Promise.all([storefront.stop(), auth.stop()]))

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('a session %s', (_how, scripts) => {
  test('is renewed silently: whoever reads for longer than a token lives goes on buying and paying', async () => {
    const { ticketId } = await listTicket(market())
    const person = await market().signedUp()
    const { page, context } = await open({ at: storefront.origin, scripts })
    const cookie = async (name: string) => (await context.cookies()).find((one) => one.name === name)?.value
    const untilTokenEnds = () =>
      eventually(
        () => cookie('access'),
        (value) => value === undefined,
      )
    await page.goto(`/signin?next=/tickets/${ticketId}`)
    await page.getByLabel('Email').fill(person.email)
    await page.getByLabel('Password').fill('a long enough password')
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`**/tickets/${ticketId}`)
    const first = await cookie('refresh')
    await untilTokenEnds()
    // A form is sent with a token that has ended, and does what it says.
    await page.getByRole('button', { name: /buy/i }).click()
    await page.waitForURL(/\/orders\/[\w-]+$/)
    const second = await cookie('refresh')
    expect([first === undefined, second === undefined, first === second]).toEqual([false, false, false])
    await untilTokenEnds()
    await pay(page)
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    // Trap 6: what is over is over, also in the pages that the browser has seen.
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    expect([await cookie('access'), await cookie('refresh')]).toEqual([undefined, undefined])
    await page.goBack()
    await page.waitForURL(/\/signin\?next=/)
    await context.close()
  })
})
