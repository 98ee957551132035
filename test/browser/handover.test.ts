import { describe, expect, test } from 'bun:test'
import { scan, ticketsPdf } from '@fairpass/tickets/testing'
import { eventually, listTicket } from '../marketplace.ts'
import { checkOut, pay, signUp } from './steps.ts'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('handing over %s', (_how, scripts) => {
  // Guarantee: the buyer of one of two tickets has the code that was bought on the screen, and nothing of the other's.
  test('a PDF with two tickets becomes two listings, and its buyer sees the one code', async () => {
    const codes = ['A', 'B'].map((name) => `SHEET-${process.pid}-${Date.now()}-${name}`)
    const sheet = await ticketsPdf(codes.map((text) => ({ symbology: 'qr' as const, text })))
    const seller = await open({ scripts })
    await signUp(seller.page)
    await seller.page.goto('/sell')
    await seller.page.getByLabel('Title').fill(`Two of a kind ${scripts}`)
    await seller.page.getByLabel('Venue').fill('State Opera')
    await seller.page.getByLabel('City').fill('Vienna')
    await seller.page.getByLabel('Starts at').fill('2035-06-01T19:30')
    await seller.page.getByLabel('Price').fill('89.50')
    await seller.page.getByLabel('Currency').selectOption('eur')
    await seller.page
      .getByLabel('The ticket itself')
      .setInputFiles({ name: 'tickets.pdf', mimeType: 'application/pdf', buffer: Buffer.from(sheet) })
    await seller.page.getByRole('button', { name: 'Put it up for sale' }).click()
    await seller.page.getByText('Your ticket was read and is up for sale').waitFor()
    const links = seller.page.getByRole('link', { name: `Two of a kind ${scripts}`, exact: true })
    expect(await links.count()).toBe(2)
    const ticket = new URL((await links.first().getAttribute('href')) ?? '', market().origin).pathname

    const buyer = await open({ of: await market().signedUp(), scripts })
    await checkOut(buyer.page, ticket)
    await pay(buyer.page)
    const code = buyer.page.getByRole('img', { name: 'The code of your ticket' })
    await code.waitFor()
    const [seen] = await scan(new Uint8Array(await buyer.page.screenshot({ fullPage: true })), 'image/png')
    expect(codes).toContain(seen ?? '')
    const file = await buyer.page.request.get(
      (await buyer.page.getByRole('link', { name: 'Download as PDF' }).getAttribute('href')) ?? '',
    )
    expect(await scan(new Uint8Array(await file.body()), 'application/pdf')).toEqual([seen ?? ''])
    await buyer.page.getByRole('button', { name: 'I have the ticket' }).click()
    await buyer.page.getByText('You have the ticket').waitFor()

    await buyer.page.getByRole('button', { name: 'Sell it on' }).click()
    await buyer.page.getByText('It is up for sale again').waitFor()
    await code.waitFor()
    const listing = await buyer.page.getByRole('link', { name: 'Change the price' }).getAttribute('href')
    const next = await open({ of: await market().signedUp(), scripts })
    await checkOut(next.page, (listing ?? '').replace('/listings/', '/tickets/'))
    await pay(next.page)
    await next.page.getByRole('img', { name: 'The code of your ticket' }).waitFor()
    await next.context.close()
    // Their order hears of the sale by an event, and a page without scripts shows what was known as it came.
    await eventually(
      async () => {
        await buyer.page.reload()
        return buyer.page.getByText('You have sold this ticket on').isVisible()
      },
      (isSold) => isSold,
    )
    expect(await code.count()).toBe(0)
    expect([...seller.complaints, ...buyer.complaints]).toEqual([])
    await Promise.all([seller.context.close(), buyer.context.close()])
  })

  test('a transfer is passed on, and a claim is answered and decided', async () => {
    const { seller, ticketId } = await listTicket(market())
    const buyer = await open({ of: await market().signedUp(), scripts })
    await checkOut(buyer.page, `/tickets/${ticketId}`)
    await pay(buyer.page)
    await buyer.page.getByText('The seller passes the ticket on to you by').waitFor()
    const order = new URL(buyer.page.url()).pathname
    const selling = await open({ of: seller, scripts })
    await selling.page.goto('/sales')
    await selling.page.getByRole('button', { name: 'I have passed it on' }).click()
    await selling.page.getByText('The buyer is told').waitFor()
    await buyer.page.goto(order)
    await buyer.page.getByText('The seller says that the ticket was passed on').waitFor()
    await buyer.page.getByText('It did not work').click()
    await buyer.page.getByLabel('What happened?').fill('The gate said no')
    await buyer.page.getByRole('button', { name: 'Ask for the money back' }).click()
    await buyer.page.getByText('A claim that is being looked at').waitFor()
    await selling.page.goto('/sales')
    await selling.page.getByLabel('What do you say to it?').fill('It worked for me')
    await selling.page.getByRole('button', { name: 'Answer' }).click()
    await selling.page.getByText('Your answer is kept').waitFor()
    const deciding = await open({ of: await market().asAdmin(), scripts })
    await deciding.page.goto('/admin/claims')
    const row = deciding.page.getByRole('listitem').filter({ hasText: order.split('/').at(-1) ?? '' })
    await row.getByLabel('Reason').fill('Seen by the organiser')
    await row.getByRole('button', { name: 'Refund the buyer' }).click()
    await deciding.page.getByText('The claim is decided').waitFor()
    expect([...selling.complaints, ...buyer.complaints, ...deciding.complaints]).toEqual([])
    await Promise.all([selling.context.close(), buyer.context.close(), deciding.context.close()])
  })
})

test('an upload shows how far it is; what is refused is told on the page, and sent again it counts once', async () => {
  const code = `PROGRESS-${process.pid}-${Date.now()}`
  const { page, context, complaints } = await open({ of: await market().signedUp(), width: 375 })
  await page.goto('/sell')
  const fill = async () => {
    await page.getByLabel('Title').fill('A slow upload')
    await page.getByLabel('Venue').fill('State Opera')
    await page.getByLabel('City').fill('Vienna')
    await page.getByLabel('Starts at').fill('2035-06-01T19:30')
    await page.getByLabel('Price').fill('89.50')
  }
  const choose = (bytes: Uint8Array) =>
    page
      .getByLabel('The ticket itself')
      .setInputFiles({ name: 'ticket.pdf', mimeType: 'application/pdf', buffer: Buffer.from(bytes) })
  const press = () => page.getByRole('button', { name: 'Put it up for sale' }).click()
  await fill()
  // Random bytes, which no connection makes smaller, under a header that promises a PDF.
  await choose(Buffer.concat([Buffer.from('%PDF-1.7\n'), crypto.getRandomValues(new Uint8Array(60_000))]))
  await press()
  await page.getByRole('alert').getByText('This file cannot be read').waitFor()
  expect(await page.getByLabel('Title').inputValue()).toBe('A slow upload')

  const slow = await context.newCDPSession(page)
  const network = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 20_000 }
  await slow.send('Network.emulateNetworkConditions', network)
  const pdf = await ticketsPdf([{ symbology: 'qr', text: code }])
  const padded = Buffer.concat([pdf, Buffer.from(`\n%${'x'.repeat(40_000)}\n`)])
  await choose(padded)
  await press()
  const bar = page.getByRole('progressbar')
  await bar.waitFor()
  const seen = new Set<number>()
  while (await bar.isVisible()) {
    const value = await bar.evaluate((element: HTMLProgressElement) => element.position).catch(() => -1)
    if (value > 0 && value < 1) seen.add(value)
  }
  expect(seen.size).toBeGreaterThan(0)
  await slow.send('Network.emulateNetworkConditions', { ...network, uploadThroughput: -1 })
  await page.getByText('Your ticket was read and is up for sale').waitFor()
  expect(await page.getByRole('link', { name: 'A slow upload', exact: true }).count()).toBe(1)
  expect(complaints).toEqual([])
  await context.close()
})

// Promise 9: what is kept on a phone is its buyer's alone, and goes with the session.
test('a ticket that was opened once opens without a network, until its buyer signs out', async () => {
  const code = `OFFLINE-${process.pid}-${Date.now()}`
  const { seller, ticketId } = await listTicket(market(), { delivery: 'file' })
  await seller.call('POST', `/api/tickets/${ticketId}/file`, {
    file: await ticketsPdf([{ symbology: 'qr', text: code }]),
    headers: { 'content-type': 'application/pdf' },
  })
  const buyer = await market().signedUp()
  const order = (await buyer.buy(ticketId)).body
  await buyer.pay(order.id)
  const { page, context, complaints } = await open({ of: buyer, width: 375 })
  await page.goto(`/orders/${order.id}`)
  await page.getByText('opens without a network, too').waitFor()
  await context.setOffline(true)
  await page.goto(`/orders/${order.id}`)
  await page.getByText('Kept on this device').waitFor()
  expect(await scan(new Uint8Array(await page.screenshot({ fullPage: true })), 'image/png')).toEqual([code])
  expect(
    await page.goto('/orders/0123456789abcdef01234567').then(
      () => 'opened',
      () => 'offline',
    ),
  ).toBe('offline')

  await context.setOffline(false)
  await page.goto('/account')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
  await page.waitForFunction(async () => (await caches.keys()).length === 0)
  await context.setOffline(true)
  expect(
    await page.goto(`/orders/${order.id}`).then(
      () => 'opened',
      () => 'offline',
    ),
  ).toBe('offline')
  expect(complaints).toEqual([])
  await context.close()
})
