import { expect, test } from 'bun:test'
import { listTicket } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'
import { violationsOn } from './axe.ts'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()

const shown = 10_000

test('the second buyer sees the hold come, is told when it is over, and buys', async () => {
  const { ticketId } = await listTicket(market())
  const [first, second] = await Promise.all([market().signedUp(), market().signedUp()])
  const { page, complaints, context } = await open({ of: second })
  const isWatching = page.waitForResponse((answer) => answer.url().includes('/live?'))
  await page.goto(`/tickets/${ticketId}`)
  expect((await isWatching).headers()['content-type']).toBe('text/event-stream')
  await page.getByText('Available', { exact: true }).waitFor()

  const order = expectStatus(await first.buy(ticketId), 201).body
  await page.getByText('Being checked out', { exact: true }).waitFor({ timeout: shown })
  await page.getByRole('button', { name: /buy/i }).click()
  await page.getByRole('alert').waitFor()
  await page.getByText('Unless they pay, it is free again by').waitFor()
  await page.getByRole('button', { name: 'Tell me when it is free' }).click()
  await page.getByText('You are number 1 of 1 in line.').waitFor()
  expect(await violationsOn(page)).toEqual([])

  expectStatus(await first.delete(`/api/orders/${order.id}`), 204)
  await page.getByText('The ticket is free again').waitFor({ timeout: shown })
  expect(await page.title()).toStartWith('Free again:')
  await page.getByRole('button', { name: /buy/i }).click()
  await page.waitForURL(/\/orders\//)
  expect(complaints).toEqual([])
  await context.close()
})

test("another buyer's hold is not taken for one's own, though the waitlist cannot be read", async () => {
  const { ticketId } = await listTicket(market())
  const [first, second] = await Promise.all([market().signedUp(), market().signedUp()])
  const { page, context } = await open({ of: first })
  const order = expectStatus(await first.buy(ticketId), 201).body
  const isWatching = page.waitForResponse((answer) => answer.url().includes('/live?'))
  await page.goto(`/tickets/${ticketId}`)
  await page.getByText('You are checking this ticket out').waitFor()
  await isWatching
  await context.route('**/api/orders/waitlist/**', (route) => route.abort())
  expectStatus(await first.delete(`/api/orders/${order.id}`), 204)
  await page.getByText('Available', { exact: true }).waitFor({ timeout: shown })
  expectStatus(await second.buy(ticketId), 201)
  await page.getByText('Somebody is checking this ticket out').waitFor({ timeout: shown })
  await context.close()
})

test('the listing changes while it is looked at', async () => {
  const title = `Vespers ${crypto.randomUUID()}`
  const { ticketId } = await listTicket(market(), { title })
  const { page, context } = await open()
  await page.goto(`/?q=${encodeURIComponent(title)}`)
  await page.getByText('Available', { exact: true }).waitFor()
  const buyer = await market().signedUp()
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  await page.getByText('Being checked out', { exact: true }).waitFor({ timeout: shown })
  expectStatus(await buyer.pay(order.id), 201)
  await page.getByText('Sold', { exact: true }).waitFor({ timeout: shown })
  await context.close()
})

test('a second tab sees at once what the first one did', async () => {
  const { ticketId } = await listTicket(market())
  const buyer = await market().signedUp()
  const { page, context } = await open({ of: buyer })
  const order = expectStatus(await buyer.buy(ticketId), 201).body
  await page.goto(`/orders/${order.id}`)
  await page.getByText('Less than two minutes are left').waitFor()
  expectStatus(await buyer.delete(`/api/orders/${order.id}`), 204)
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
  await page.getByText('You cancelled this order').waitFor({ timeout: 3_000 })
  await context.close()
})

test('a ticket is found and bought with the keyboard alone', async () => {
  const title = `Nocturnes ${crypto.randomUUID()}`
  await listTicket(market(), { title })
  const { page, context } = await open({ of: await market().signedUp() })
  const focused = () => page.evaluate<string>('document.activeElement.innerText || document.activeElement.id')
  const tabTo = async (name: RegExp) => {
    for (let step = 0; step < 60; step += 1) {
      if (name.test(await focused())) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`the keyboard does not reach ${name}`)
  }
  await page.goto('/')
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await tabTo(/^f-q$/)
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\?q=/)
  await page.getByRole('link', { name: title }).waitFor()
  await tabTo(/^Nocturnes/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/tickets\//)
  await tabTo(/^Buy for/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/orders\//)
  await tabTo(/Visa that works/)
  await page.keyboard.press('ArrowDown')
  await tabTo(/^Pay/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Receipt' }).waitFor()
  await context.close()
})
