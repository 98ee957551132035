import { afterAll, beforeAll } from 'bun:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type Marketplace, sharedMarketplace } from '../marketplace.ts'
import type { Visitor } from '../visitor.ts'
import { chromiumPath } from './chromium.ts'

const launchWithinMs = 60_000
/** A page or an element that takes longer is a failure; slow machines included. */
const waitMs = 15_000

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const launch = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await chromiumPath(),
    headless: true,
    chromiumSandbox: false,
    timeout: launchWithinMs,
    args: flags,
  })

type WindowOptions = {
  /** Whose session the window has; nobody's by default. */
  of?: Pick<Visitor, 'jar'>
  scripts?: boolean
  width?: number
  dark?: boolean
  locale?: string
  /** The time zone of the browser. */
  timeZone?: string
  /** Of the web app; the marketplace's own by default. */
  at?: string
  /** Runs before anything of a page. */
  before?: string
}

export type Window = {
  page: Page
  context: BrowserContext
  /** What the page complained about: errors of scripts, and everything that the content security policy stopped. */
  complaints: string[]
}

/**
 * A browser and the shared marketplace, or another one, for one file of tests. Every window is a browser profile of its own, empty but
 * for the session that it is opened with.
 */
export const useBrowser = (marketplace: () => Promise<Marketplace> = sharedMarketplace) => {
  let browser: Browser | undefined
  let market: Marketplace | undefined
  beforeAll(async () => {
    const opened = await Promise.all([launch(), marketplace()])
    browser = opened[0]
    market = opened[1]
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
  })

  const theMarket = (): Marketplace => {
    if (!market) throw new Error('the marketplace is not there yet')
    return market
  }

  const open = async (options: WindowOptions = {}) => {
    const { of, scripts = true, width = 1280, dark = false, locale = 'en-GB', timeZone, before } = options
    if (!browser) throw new Error('the browser is not there yet')
    const origin = options.at ?? theMarket().origin
    const context = await browser.newContext({
      baseURL: origin,
      javaScriptEnabled: scripts,
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      locale,
      ...(timeZone ? { timezoneId: timeZone } : {}),
    })
    context.setDefaultTimeout(waitMs)
    if (of) {
      await context.addCookies([...of.jar].map(([name, value]) => ({ name, value, url: origin, httpOnly: true })))
    }
    if (before) await context.addInitScript(before)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // What the server refuses is no fault of the page.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        complaints.push(message.text())
      }
    })
    return { page, context, complaints } satisfies Window
  }

  return { market: theMarket, open }
}
