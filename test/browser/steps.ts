import type { Page } from 'playwright-core'
import { eventually } from '../marketplace.ts'

/** What people do in a window, in the words that they read there. */

let people = 0

export const signUp = async (page: Page, path = '/signup'): Promise<void> => {
  if (new URL(page.url(), 'http://nowhere.invalid').pathname !== '/signup') await page.goto(path)
  await page.getByLabel('Email').fill(`browser-${process.pid}-${Date.now()}-${people++}@fairpass.example`)
  await page.getByLabel('Password').fill('a long enough password')
  await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click()
  await page.waitForURL((url) => url.pathname !== '/signup')
}

/** Lists a ticket through the form and returns its address. */
export const sell = async (page: Page, title: string): Promise<string> => {
  await page.goto('/sell')
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Venue').fill('State Opera')
  await page.getByLabel('City').fill('Vienna')
  await page.getByLabel('Starts at').fill('2035-06-01T19:30')
  await page.getByLabel('Price').fill('89.50')
  await page.getByLabel('Currency').selectOption('eur')
  await page.getByRole('button', { name: 'Put it up for sale' }).click()
  await page.waitForURL(/\/tickets\/[\w-]+$/)
  return new URL(page.url()).pathname
}

/** Presses Buy; where that succeeds, the page is the order's. */
export const buy = async (page: Page, ticket: string): Promise<void> => {
  await page.goto(ticket)
  await page.getByRole('button', { name: /buy/i }).click()
}

export const checkOut = async (page: Page, ticket: string): Promise<void> => {
  await buy(page, ticket)
  await page.waitForURL(/\/orders\/[\w-]+$/)
}

export const pay = async (page: Page, card = 'pm_card_visa'): Promise<void> => {
  await page.getByLabel('Test card').selectOption(card)
  await page.getByRole('button', { name: /^Pay/ }).click()
}

export const redeem = async (page: Page, code: string): Promise<void> => {
  await page.getByLabel('Coupon code').fill(code)
  await page.getByRole('button', { name: 'Redeem the coupon' }).click()
}

/** Without scripts a page tells nothing new until it is loaded again. */
export const untilShown = async (page: Page, text: string, scripts: boolean): Promise<void> => {
  if (scripts) return page.getByText(text).waitFor()
  await eventually(async () => {
    await page.reload()
    return page.getByText(text).isVisible()
  }, Boolean)
}
