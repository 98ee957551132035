import { describe, expect, test } from 'bun:test'
import { eventually, listTicket } from '../marketplace.ts'
import { buy, checkOut, pay, redeem, sell, signUp, untilShown } from './steps.ts'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()
const sentence = 'The ticket is being checking out by someone else, please come back later'

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

    // The sale reaches its ticket a moment later, and this page tells nothing new by itself.
    await eventually(async () => {
      await seller.page.goto('/listings')
      return seller.page.getByText('Sold', { exact: true }).isVisible()
    }, Boolean)
    await buyer.page.goto(ticket)
    await untilShown(buyer.page, 'This ticket is sold', scripts)
    expect(await buyer.page.getByRole('button', { name: /buy/i }).count()).toBe(0)
    expect([...seller.complaints, ...buyer.complaints]).toEqual([])
    await Promise.all([seller.context.close(), buyer.context.close()])
  })

  test('of two browsers on one ticket the second reads the sentence, is told when it is free, and buys', async () => {
    const { ticket, windows } = await rivals(scripts)
    const [first, second] = windows
    await second.page.goto(ticket)
    await checkOut(first.page, ticket)
    await second.page.getByRole('button', { name: /buy/i }).click()
    const alert = second.page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain(sentence)
    await second.page.getByText('Unless they pay, it is free again by').waitFor()
    await second.page.getByRole('button', { name: 'Tell me when it is free' }).click()
    await second.page.getByText('You are number 1 of 1 in line').waitFor()
    await first.page.getByRole('button', { name: 'Cancel this order' }).click()
    await first.page.getByText('You cancelled this order').waitFor()
    await untilShown(second.page, 'The ticket is free again', scripts)
    await second.page.getByRole('button', { name: /buy/i }).click()
    await second.page.waitForURL(/\/orders\/[\w-]+$/)
    await pay(second.page)
    await second.page.getByRole('heading', { name: 'Receipt' }).waitFor()
    expect([...first.complaints, ...second.complaints]).toEqual([])
    await Promise.all(windows.map(({ context }) => context.close()))
  })

  test('somebody who is banned in the middle of a session can neither buy nor pay', async () => {
    const { ticket, ticketId, windows, buyers } = await rivals(scripts)
    const [{ page }, { page: paying }] = windows
    await page.goto(ticket)
    const other = await listTicket(market())
    await checkOut(paying, `/tickets/${other.ticketId}`)
    const admin = await market().asAdmin()
    for (const buyer of buyers) {
      expect((await admin.post(`/api/users/${buyer.id}/ban`, {})).status).toBe(204)
      await eventually(
        () => buyer.get('/api/orders'),
        ({ status }) => status === 403,
      )
    }
    await page.getByRole('button', { name: /buy/i }).click()
    await page.getByRole('alert').getByText('This account has been suspended').waitFor()
    await paying.getByRole('button', { name: /^Pay/ }).click()
    await paying.getByRole('alert').waitFor()
    expect(await paying.getByRole('heading', { name: 'Receipt' }).count()).toBe(0)
    const { body } = await market().visitor().get(`/api/tickets/${ticketId}`)
    expect(body.status).toBe('available')
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

// With JavaScript: checkout.test.ts.
describe('without JavaScript', () => {
  test('an order runs out of time in front of its buyer', async () => {
    const { ticket, windows } = await rivals(false)
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
    const { ticket, windows } = await rivals(false)
    const [{ page, complaints }] = windows
    await checkOut(page, ticket)
    await pay(page, 'pm_card_chargeDeclined')
    await page.getByRole('alert').getByText('Your card was declined').waitFor()
    await page.getByText('You have paid nothing').waitFor()
    expect(complaints).toEqual([])
    await page.goto(ticket)
    await page.getByRole('button', { name: /buy/i }).waitFor()
    await Promise.all(windows.map(({ context }) => context.close()))
  })
})
