import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@fairpass/servers'
import { listDemoTickets } from '@fairpass/up/demo'
import type { Page } from 'playwright-core'
import { eventually } from '../marketplace.ts'
import { expectStatus, type Visitor } from '../visitor.ts'
import { violationsOn } from './axe.ts'
import { type Storefront, startStorefront } from './storefront.ts'
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

type Role = 'nobody' | 'seller' | 'buyer' | 'admin' | 'told'
const windows = new Map<Role, Window>()
const tickets: Record<'free' | 'sold' | 'withdrawn', string> = { free: '', sold: '', withdrawn: '' }
let seller: Visitor
let paid: object
let free: object
let buyer: Visitor
let paidOrder = ''
let cancelledOrder = ''

// States that pass too quickly for a picture: stubbed answers keep this web app in them.
let storefront: Storefront
const told = new Map<string, () => Response>()
const tell = (call: string, body: unknown, status = 200) => {
  const headers = { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' }
  told.set(call, () => Response.json(body, { status, headers }))
}
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const minuteMs = 60_000

/** The paid order, as if it stood otherwise. */
const orderIs = (change: object, payment: object) => {
  const path = `/api/orders/${paidOrder}`
  tell(`GET ${path}`, { ...paid, ...change })
  tell(`GET /api/payments/orders/${paidOrder}`, { orderId: paidOrder, ...payment })
  return `/orders/${paidOrder}`
}

/** The free ticket, as if somebody checked it out. */
const ticketIs = (status: 'available' | 'reserved', line: object) => {
  tell(`GET /api/tickets/${tickets.free}`, { ...free, status })
  tell(`GET /api/orders/waitlist/${tickets.free}`, { ticketId: tickets.free, waiting: 3, ...line })
  return `/tickets/${tickets.free}`
}

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
  storefront = await startStorefront(market())
  storefront.put((_app, request) =>
    told.get(`${request.method} ${new URL(request.url).pathname.replace(/^.*\/method/, '')}`)?.(),
  )
  windows.set('told', await open({ of: buyer, at: storefront.origin }))
  await eventually(
    () => buyer.get(`/api/tickets/${tickets.sold}`),
    ({ body }) => body.status === 'sold',
  )
  paid = (await buyer.get(`/api/orders/${paidOrder}`)).body
  free = (await buyer.get(`/api/tickets/${tickets.free}`)).body
}, 240_000)
afterAll(() => storefront.stop())

/** What stands in the menus and is not wholly in the window. */
const unreachable = `[...document.querySelectorAll('nav :is(a, button)')]
  .filter((entry) => { const { left, right } = entry.getBoundingClientRect(); return left < 0 || right > window.innerWidth })
  .map((entry) => entry.textContent)`

const inSight = async (page: Page, name: string) => {
  for (const [width, colorScheme] of sizes) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    await page.screenshot({
      path: join(pictures, `${name}-${width}-${colorScheme}.png`),
      fullPage: true,
      animations: 'disabled',
    })
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    expect(overflow, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0)
    const hidden = await page.evaluate<string[]>(unreachable)
    expect(hidden, `${name} has parts of its menus outside ${width} px`).toEqual([])
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
  ['checkout', 'told', () => orderIs({ status: 'created', expiresAt: inMs(14 * minuteMs) }, { state: 'none' })],
  ['checkout-soon', 'told', () => orderIs({ status: 'created', expiresAt: inMs(1.5 * minuteMs) }, { state: 'none' })],
  [
    'checkout-seller-suspended',
    'told',
    () => orderIs({ status: 'created', expiresAt: inMs(9 * minuteMs), sellerSuspended: true }, { state: 'none' }),
  ],
  [
    'order-declined',
    'told',
    () =>
      orderIs(
        { status: 'cancelled', cancelReason: 'payment_failed' },
        { state: 'declined', declineCode: 'insufficient_funds' },
      ),
  ],
  ['order-expired', 'told', () => orderIs({ status: 'cancelled', cancelReason: 'expired' }, { state: 'none' })],
  ['order-refunded', 'told', () => orderIs({ status: 'refunded' }, { state: 'refunded' })],
  ['ticket-held', 'told', () => ticketIs('reserved', { free: false, freeBy: inMs(7 * minuteMs) })],
  [
    'ticket-held-refused',
    'told',
    () => {
      const message = 'The ticket is being checking out by someone else, please come back later'
      tell('POST /api/orders', { code: 'ticket_being_checked_out', errors: [{ message }] }, 409)
      return ticketIs('reserved', { free: false, freeBy: inMs(7 * minuteMs) })
    },
    async (page) => {
      await page.getByRole('button', { name: /buy/i }).click()
      await page.getByRole('alert').waitFor()
    },
  ],
  [
    'ticket-in-line',
    'told',
    () => ticketIs('reserved', { free: false, freeBy: inMs(7 * minuteMs), place: 2, expiresAt: inMs(60 * minuteMs) }),
  ],
  ['ticket-free-again', 'told', () => ticketIs('available', { free: true, place: 2, expiresAt: inMs(60 * minuteMs) })],
  ['listing-edit', 'seller', () => `/listings/${tickets.free}`],
  ['earnings', 'seller', () => '/earnings'],
  ['account', 'buyer', () => '/account'],
  ['admin-accounts', 'admin', () => '/admin/accounts'],
  ['admin-payments', 'admin', () => '/admin/payments'],
  ['admin-payouts', 'admin', () => '/admin/payouts'],
  ['admin-disputes', 'admin', () => '/admin/disputes'],
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
})
