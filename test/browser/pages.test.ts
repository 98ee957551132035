import { beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { listDemoTickets, root } from '@fairpass/up'
import type { Page } from 'playwright-core'
import { eventually, listTicket } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'
import { violationsOn } from './axe.ts'
import { useBrowser, type Window } from './window.ts'

// Every page in every state: nothing that axe-core finds wrong, no complaint of the browser, nothing wider than the
// window; and pictures for a person to look at.

const { market, open } = useBrowser()
const pictures = join(root, 'test-results/screenshots')
const sizes = [
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const

type Role = 'nobody' | 'seller' | 'buyer' | 'admin'
const windows = new Map<Role, Window>()
const tickets: Record<'free' | 'held' | 'sold' | 'withdrawn', string> = { free: '', held: '', sold: '', withdrawn: '' }
let seller: Visitor
let buyer: Visitor
let paidOrder = ''
let cancelledOrder = ''

const window = (role: Role): Window => {
  const found = windows.get(role)
  if (!found) throw new Error(`no window of ${role}`)
  return found
}

const offer = async (title: string): Promise<string> => {
  const listing = {
    title,
    venue: 'Grand Opera House',
    city: 'Vienna',
    startsAt: '2035-06-01T18:30:00Z',
    priceCents: 8_900,
    currency: 'eur',
    description: 'Parterre left, row 7, seat 12.\nThe ticket is handed over at the entrance.',
  }
  return expectStatus(await seller.post('/api/tickets', listing), 201).body.id
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true })
  await listDemoTickets(market().origin, market().origin, market().dataDir)
  const admin = await market().asAdmin()
  const [selling, buying] = await Promise.all([market().signedUp(), market().signedUp()])
  seller = selling
  buyer = buying
  tickets.free = await offer('City Ballet: Swan Lake')
  tickets.held = await offer('The Paper Lanterns: Slow Tide Tour')
  tickets.sold = await offer('Midwinter Jazz Weekend')
  tickets.withdrawn = await offer('Robot Football Finals')
  expectStatus(await seller.delete(`/api/tickets/${tickets.withdrawn}`), 204)
  paidOrder = expectStatus(await buyer.buy(tickets.sold), 201).body.id
  expectStatus(await buyer.pay(paidOrder), 201)
  cancelledOrder = expectStatus(await buyer.buy(tickets.free), 201).body.id
  expectStatus(await buyer.delete(`/api/orders/${cancelledOrder}`), 204)
  expectStatus(await admin.post('/api/coupons', { quantity: 2, maxRedemptions: 3 }), 201)
  for (const [role, of] of [
    ['nobody', undefined],
    ['seller', seller],
    ['buyer', buyer],
    ['admin', admin],
  ] as const) {
    windows.set(role, await open(of ? { of } : {}))
  }
  await eventually(
    () => buyer.get(`/api/tickets/${tickets.sold}`),
    ({ body }) => body.status === 'sold',
  )
}, 240_000)

const inSight = async (page: Page, name: string) => {
  for (const [width, colorScheme] of sizes) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    expect(overflow, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0)
    if ((width === 1280) === (colorScheme === 'light')) expect(await violationsOn(page)).toEqual([])
  }
}

type State = [name: string, role: Role, path: () => string, act?: (page: Page) => Promise<unknown>]

const states: State[] = [
  ['home', 'nobody', () => '/'],
  ['home-empty', 'nobody', () => '/?q=nothing-of-this-name'],
  ['ticket', 'nobody', () => `/tickets/${tickets.free}`],
  ['ticket-own', 'seller', () => `/tickets/${tickets.free}`],
  ['ticket-sold', 'nobody', () => `/tickets/${tickets.sold}`],
  ['ticket-withdrawn', 'nobody', () => `/tickets/${tickets.withdrawn}`],
  ['sign-in', 'nobody', () => '/signin'],
  ['sign-up', 'nobody', () => '/signup?next=/sell'],
  [
    'sign-in-refused',
    'nobody',
    () => '/signin',
    async (page) => {
      await page.getByLabel('Email').fill('nobody@fairpass.example')
      await page.getByLabel('Password').fill('not the password')
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').waitFor()
    },
  ],
  ['sell', 'seller', () => '/sell'],
  [
    'sell-refused',
    'seller',
    () => '/sell',
    async (page) => {
      for (const label of ['Title', 'Venue', 'City']) await page.getByLabel(label).fill('Tosca')
      await page.getByLabel('Starts at').fill('2001-06-01T19:30')
      await page.getByLabel('Price').fill('0.10')
      await page.getByRole('button', { name: 'Put it up for sale' }).click()
      await page.getByRole('alert').waitFor()
    },
  ],
  ['listings', 'seller', () => '/listings'],
  ['orders', 'buyer', () => '/orders'],
  ['order-paid', 'buyer', () => `/orders/${paidOrder}`],
  ['order-cancelled', 'buyer', () => `/orders/${cancelledOrder}`],
  ['account', 'buyer', () => '/account'],
  ['admin', 'admin', () => '/admin'],
  ['signed-out', 'buyer', () => '/signout'],
  ['not-found', 'nobody', () => '/nothing/here'],
]

describe('every page', () => {
  for (const [name, role, path, act] of states)
    test(name, async () => {
      const { page, complaints } = window(role)
      await page.goto(path())
      await act?.(page)
      await inSight(page, name)
      expect(complaints.splice(0)).toEqual([])
    })

  // These end by themselves after the time of a hold, so each picture has a new one.
  test('checkout, and a ticket that is being checked out', async () => {
    const { ticketId } = await listTicket(market(), { title: 'Improvised Shakespeare' })
    const [holder, rival] = [window('buyer').page, window('admin').page]
    for (const [width, colorScheme] of sizes) {
      for (const page of [holder, rival]) {
        await page.setViewportSize({ width, height: 900 })
        await page.emulateMedia({ colorScheme })
      }
      const order = await buyer.buy(ticketId)
      await Promise.all([holder.goto(`/orders/${order.body.id}`), rival.goto(`/tickets/${ticketId}`)])
      await rival.getByRole('button', { name: /buy/i }).click()
      await rival.getByRole('alert').waitFor()
      const look = (page: Page, name: string) =>
        page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true })
      await Promise.all([look(holder, 'checkout'), look(rival, 'ticket-held')])
      if ((width === 1280) === (colorScheme === 'light')) {
        expect([...(await violationsOn(holder)), ...(await violationsOn(rival))]).toEqual([])
      }
      await buyer.delete(`/api/orders/${order.body.id}`)
    }
  }, 90_000)
})
