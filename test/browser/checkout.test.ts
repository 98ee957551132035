import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { eventually, listTicket } from '../marketplace.ts'
import { violationsOn } from './axe.ts'
import { checkOut, pay } from './steps.ts'
import { away, type Storefront, startStorefront } from './storefront.ts'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()
let storefront: Storefront

beforeAll(async () => {
  storefront = await startStorefront(market())
}, 120_000)
afterAll(() => storefront.stop())

/** A buyer's window on the order that they have just opened. */
const opened = async (options: Parameters<typeof open>[0] = {}) => {
  const { ticketId } = await listTicket(market())
  const buyer = await market().signedUp()
  const window = await open({ of: buyer, ...options })
  await checkOut(window.page, `/tickets/${ticketId}`)
  const orderId = new URL(window.page.url()).pathname.split('/').at(-1) ?? ''
  return { ...window, buyer, ticketId, orderId }
}

const secondsShown = async (page: Page): Promise<number> => {
  const [, minutes = '0', seconds = ''] =
    /(?:(\d+) minutes? )?(\d+) seconds? left/.exec((await page.getByRole('timer').textContent()) ?? '') ?? []
  return Number(minutes) * 60 + Number(seconds)
}

const capturesOf = async (orderId: string) => {
  const { intents } = await (await market().stripe()).state()
  return intents.filter(({ metadata }) => metadata.orderId === orderId).map(({ captures }) => captures)
}

/**
 * From now on the orders that this web app shows have this long from when one is first looked at; that they really end sooner
 * is not shown.
 */
const lasting = (ms: number) => {
  let expiresAt = ''
  storefront.put((app, request) => {
    if (app !== 'orders' || request.method !== 'GET') return undefined
    return storefront.passOn(request).then(async (answer) => {
      expiresAt ||= new Date(Date.now() + ms).toISOString()
      return Response.json({ ...(await answer.json()), status: 'created', expiresAt })
    })
  })
}

/** A browser whose clock is wrong. */
const wrongBy = (ms: number) => `const right = Date.now.bind(Date); Date.now = () => right() + ${ms};
  Date = class extends Date { constructor(...given) { given.length ? super(...given) : super(Date.now()) } }`

describe('the time that is left', () => {
  test('is the server’s whatever the browser’s clock says, and when it is over the page says what to do next', async () => {
    const wrong = [3 * 3_600_000, -3 * 3_600_000]
    const windows: Awaited<ReturnType<typeof opened>>[] = []
    for (const ms of wrong) {
      const window = await opened({ before: wrongBy(ms) })
      expect(await secondsShown(window.page)).toBeWithin(1, 9)
      const off = (await window.page.evaluate<number>('new Date().getTime()')) - Date.now() - ms
      expect(Math.abs(off)).toBeLessThan(60_000)
      windows.push(window)
    }
    for (const { page, context, ticketId } of windows) {
      await page.getByText('The time to pay ran out').waitFor({ timeout: 20_000 })
      await page.getByText('You have paid nothing').waitFor()
      expect(await violationsOn(page)).toEqual([])
      await page.getByRole('link', { name: 'Back to the ticket' }).click()
      await page.waitForURL(`**/tickets/${ticketId}`)
      await page.getByRole('button', { name: /buy/i }).click()
      await page.waitForURL(/\/orders\//)
      await context.close()
    }
  })

  test('is told to everybody, screen readers included, from two minutes on', async () => {
    lasting(130_000)
    const { page, context } = await opened({ at: storefront.origin })
    const told = page.getByRole('status').filter({ hasText: 'Less than two minutes' })
    expect([await told.count(), await secondsShown(page)]).toEqual([0, expect.any(Number)])
    await told.waitFor({ timeout: 20_000 })
    expect(await secondsShown(page)).toBeWithin(110, 121)
    expect(await violationsOn(page)).toEqual([])
    storefront.put(() => undefined)
    await context.close()
  })

  test('survives reload, back button and a second tab', async () => {
    const { page, context, ticketId, orderId } = await opened()
    const first = await secondsShown(page)
    await eventually(
      () => secondsShown(page),
      (seconds) => seconds < first,
    )
    await page.reload()
    expect(await secondsShown(page)).toBeLessThan(first)
    await page.goBack()
    expect(new URL(page.url()).pathname).toBe(`/tickets/${ticketId}`)
    await page.getByRole('button', { name: /buy/i }).click()
    await page.waitForURL(`**/orders/${orderId}`)
    const second = await context.newPage()
    await second.goto(`/orders/${orderId}`)
    const [here, there] = await Promise.all([secondsShown(page), secondsShown(second)])
    expect(Math.abs(here - there)).toBeLessThanOrEqual(1)
    await pay(second)
    // The first tab changes without being touched.
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    expect(await capturesOf(orderId)).toEqual([1])
    await context.close()
  })
})

describe('paying', () => {
  test('a double click charges once', async () => {
    const { page, context, orderId } = await opened()
    await page.getByRole('button', { name: /^Pay/ }).dblclick()
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    expect(await capturesOf(orderId)).toEqual([1])
    await context.close()
  })

  test('whoever leaves while the bank is asked comes back to the truth, and cannot pay twice', async () => {
    const { page, context, orderId } = await opened()
    const stripe = await market().stripe()
    await stripe.fault({ operation: 'confirm', kind: 'delay', delayMs: 3_000, metadata: { orderId } })
    await page.getByRole('button', { name: /^Pay/ }).click({ noWaitAfter: true })
    await eventually(
      async () => (await page.request.get(`${market().origin}/api/payments/orders/${orderId}`)).json(),
      ({ state }) => state === 'processing',
    )
    await page.goto('/')
    await page.goto(`/orders/${orderId}`)
    await page.getByText('Your payment is being taken').waitFor()
    expect(await page.getByRole('button', { name: /^Pay/ }).count()).toBe(0)
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    expect(await capturesOf(orderId)).toEqual([1])
    await context.close()
  })

  test.each([
    ['pm_card_chargeDeclinedInsufficientFunds', 'there is not enough money on it'],
    ['pm_card_chargeDeclinedExpiredCard', 'it has expired'],
    ['pm_card_chargeDeclined', 'Your bank can tell you why'],
  ])('%s is declined in a sentence of its own, also when it is looked at again', async (card, words) => {
    const { page, context } = await opened()
    await pay(page, card)
    for (const _turn of [1, 2]) {
      await page.getByRole('alert').getByText(words).waitFor()
      await page.getByText('You have paid nothing').waitFor()
      await page.reload()
    }
    expect(await violationsOn(page)).toEqual([])
    await context.close()
  })

  test('in the reader’s language', async () => {
    const { ticketId } = await listTicket(market())
    const { page, context } = await open({ of: await market().signedUp(), locale: 'de-AT' })
    await page.goto(`/tickets/${ticketId}`)
    await page.getByRole('button', { name: /kaufen/i }).click()
    await page.getByLabel('Testkarte').selectOption('pm_card_chargeDeclinedInsufficientFunds')
    await page.getByRole('button', { name: /bezahlen/ }).click()
    await page.getByRole('alert').getByText('Das Guthaben reicht nicht').waitFor()
    await context.close()
  })
})

describe('when payments is away', () => {
  test('the checkout says so and keeps the ticket; it works again by itself', async () => {
    storefront.put((app) => (app === 'payments' ? away() : undefined))
    const { page, context } = await opened({ at: storefront.origin })
    await page.getByText('Payments cannot be reached right now').waitFor()
    await pay(page)
    await page.getByRole('alert').getByText('not available right now').waitFor()
    expect(await violationsOn(page)).toEqual([])
    storefront.put(() => undefined)
    await pay(page)
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    await context.close()
  })
})

describe('when orders is away', () => {
  test('the listing and tickets work, and what does not is said', async () => {
    const { ticketId } = await listTicket(market())
    const { page, context } = await open({ of: await market().signedUp(), at: storefront.origin })
    storefront.put((app) => (app === 'orders' || app === 'payments' ? away() : undefined))
    await page.goto('/')
    expect(await page.getByRole('listitem').count()).toBeGreaterThan(0)
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.goto(`/tickets/${ticketId}`)
    await page.getByText('Available', { exact: true }).waitFor()
    await page.getByRole('button', { name: /buy/i }).click()
    await page.getByRole('alert').getByText('not available right now').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.goto('/orders')
    await page.getByRole('alert').getByText('not available right now').waitFor()
    storefront.put(() => undefined)
    await context.close()
  })
})
