import { describe, expect, test } from 'bun:test'
import { eventually, listTicket } from '../marketplace.ts'
import { buy, checkOut, pay, redeem, sell, signUp } from './steps.ts'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()
const SENTENCE = 'The ticket is being checking out by someone else, please come back later'

/** A buyer's window on a new ticket, and another's. */
const rivals = async (scripts: boolean) => {
  const { ticketId } = await listTicket(market())
  const [one, other] = await Promise.all([market().signedUp(), market().signedUp()])
  const windows = await Promise.all([open({ of: one, scripts }), open({ of: other, scripts })])
  return { ticket: `/tickets/${ticketId}`, ticketId, windows, buyers: [one, other] as const }
}

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('a purchase %s', (_how, scripts) => {
  test('a ticket is sold, bought, paid and shown as sold', async () => {
    const seller = await open({ scripts })
    await signUp(seller.page)
    const ticket = await sell(seller.page, `Tosca ${scripts}`)
    await seller.page.getByText('You are selling this ticket').waitFor()

    const buyer = await open({ scripts })
    await buy(buyer.page, ticket)
    await buyer.page.waitForURL(/\/signin\?next=/)
    await buyer.page.getByRole('link', { name: 'I have no account yet' }).click()
    await buyer.page.waitForURL(/\/signup\?next=/)
    await signUp(buyer.page)
    expect(new URL(buyer.page.url()).pathname).toBe(ticket)
    await checkOut(buyer.page, ticket)
    await pay(buyer.page)
    await buyer.page.getByRole('heading', { name: 'Receipt' }).waitFor()

    await seller.page.goto('/listings')
    await seller.page.getByText('Sold', { exact: true }).waitFor()
    await buyer.page.goto(ticket)
    await buyer.page.getByText('This ticket is sold').waitFor()
    expect(await buyer.page.getByRole('button', { name: /buy/i }).count()).toBe(0)
    expect([...seller.complaints, ...buyer.complaints]).toEqual([])
    await Promise.all([seller.context.close(), buyer.context.close()])
  })

  test('of two browsers on one ticket the second reads the sentence', async () => {
    const { ticket, windows } = await rivals(scripts)
    const [first, second] = windows
    await second.page.goto(ticket)
    await checkOut(first.page, ticket)
    await second.page.getByRole('button', { name: /buy/i }).click()
    const alert = second.page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain(SENTENCE)
    await first.page.getByRole('button', { name: 'Cancel this order' }).click()
    await first.page.getByText('You cancelled this order').waitFor()
    await checkOut(second.page, ticket)
    await pay(second.page)
    await second.page.getByRole('heading', { name: 'Receipt' }).waitFor()
    expect([...first.complaints, ...second.complaints]).toEqual([])
    await Promise.all(windows.map(({ context }) => context.close()))
  })

  test('an order runs out of time in front of its buyer', async () => {
    const { ticket, windows } = await rivals(scripts)
    const [{ page, complaints }] = windows
    await checkOut(page, ticket)
    await page.getByRole('timer').waitFor()
    // Nobody touches it: the page turns by itself.
    await page.getByText('The time to pay ran out').waitFor({ timeout: 20_000 })
    expect(await page.getByLabel('Test card').count()).toBe(0)
    expect(complaints).toEqual([])
    await Promise.all(windows.map(({ context }) => context.close()))
  })

  test('a declined card is told, and nothing was paid', async () => {
    const { ticket, windows } = await rivals(scripts)
    const [{ page, complaints }] = windows
    await checkOut(page, ticket)
    await pay(page, 'pm_card_chargeDeclined')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toMatch(/declined/i)
    await page.reload()
    expect(complaints).toEqual([])
    await page.goto(ticket)
    await page.getByRole('button', { name: /buy/i }).waitFor()
    await Promise.all(windows.map(({ context }) => context.close()))
  })

  test('a coupon that an admin made pays for a ticket, once', async () => {
    const admin = await open({ of: await market().asAdmin(), scripts })
    await admin.page.goto('/admin')
    await admin.page.getByRole('button', { name: 'Make coupons' }).click()
    await admin.page.waitForURL(/\/admin/)
    const code = (await admin.page.locator('code').first().textContent()) ?? ''
    expect(code.length).toBeGreaterThan(5)

    const first = await rivals(scripts)
    const [buyer, other] = first.windows
    await checkOut(buyer.page, first.ticket)
    await redeem(buyer.page, code)
    await buyer.page.getByRole('heading', { name: 'Receipt' }).waitFor()

    const second = await listTicket(market())
    await checkOut(other.page, `/tickets/${second.ticketId}`)
    await redeem(other.page, code)
    await other.page.getByRole('alert').waitFor()
    expect([...buyer.complaints, ...other.complaints, ...admin.complaints]).toEqual([])
    await Promise.all([admin, ...first.windows].map(({ context }) => context.close()))
  })
})

test('somebody who is banned in the middle of a session can buy no more', async () => {
  const { ticket, windows, buyers } = await rivals(true)
  const [{ page }] = windows
  await page.goto(ticket)
  const admin = await market().asAdmin()
  expect((await admin.post(`/api/users/${buyers[0].id}/ban`, {})).status).toBe(204)
  await eventually(
    () => buyers[0].get('/api/orders'),
    ({ status }) => status >= 400,
  )
  await page.getByRole('button', { name: /buy/i }).click()
  await page.waitForURL(/\/signin|\/tickets/)
  expect(page.url()).not.toContain('/orders/')
  await Promise.all(windows.map(({ context }) => context.close()))
})

test('a session goes on when its access token is over', async () => {
  const { windows } = await rivals(true)
  const [{ page, context }] = windows
  await page.goto('/orders')
  await context.clearCookies({ name: 'access' })
  await page.goto('/orders')
  await page.getByRole('heading', { name: 'My orders' }).waitFor()
  expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['access', 'refresh'])
  await Promise.all(windows.map(({ context: window }) => window.close()))
})
