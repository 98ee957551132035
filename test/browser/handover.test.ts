import { describe, expect, test } from 'bun:test'
import { scan, ticketsPdf } from '@fairpass/tickets/testing'
import { listTicket } from '../marketplace.ts'
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
