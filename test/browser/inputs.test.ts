import { describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { eventually, listTicket } from '../marketplace.ts'
import { checkOut, pay } from './steps.ts'
import { useBrowser } from './window.ts'

// What people type, send and do, as a browser does it.

const { market, open } = useBrowser()
const languages = ['en-GB', 'de-DE']
const ways: [how: string, scripts: boolean][] = [
  ['with JavaScript', true],
  ['without JavaScript', false],
]

/** The middle of each entry of the menu, and how far the page and its entries reach to the right. */
const menuOn = (page: Page) =>
  page.evaluate<{ middles: number[]; right: number; width: number; fits: boolean }>(`(() => {
    const entries = [...document.querySelectorAll('.bar nav :is(a, button)')].map((entry) => entry.getBoundingClientRect())
    return {
      middles: entries.map(({ top, bottom }) => Math.round((top + bottom) / 2)),
      right: Math.max(...entries.map(({ right }) => right)),
      width: window.innerWidth,
      fits: document.documentElement.scrollWidth <= window.innerWidth,
    }
  })()`)

/** How wide the hint of the search is, and the room that it has. */
const hintOn = (page: Page) =>
  page.evaluate<{ hint: number; room: number }>(`(() => {
    const field = document.querySelector('#f-q')
    const { font, paddingLeft, paddingRight } = getComputedStyle(field)
    const canvas = document.createElement('canvas').getContext('2d')
    canvas.font = font
    return {
      hint: canvas.measureText(field.placeholder).width,
      room: field.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight),
    }
  })()`)

describe.each(languages)('on a phone, in %s,', (locale) => {
  test('the hint of the search is whole', async () => {
    for (const width of [360, 390, 430]) {
      const { page, context } = await open({ width, locale })
      await page.goto('/')
      const { hint, room } = await hintOn(page)
      expect(hint).toBeGreaterThan(0)
      expect(room, `${width} pixels`).toBeGreaterThanOrEqual(hint)
      await context.close()
    }
  })

  test('the menu is one line, every entry in sight, for whoever is signed in or not, and for an admin', async () => {
    const people = [undefined, await market().signedUp(), await market().asAdmin()]
    const broken: object[] = []
    for (const of of people)
      for (const width of [360, 390, 430]) {
        const { page, context } = await open({ width, locale, ...(of ? { of } : {}) })
        await page.goto('/')
        const { middles, right, width: seen, fits } = await menuOn(page)
        const lines = new Set(middles.map((middle) => Math.round(middle / 4))).size
        if (lines > 1 || right > seen || !fits) broken.push({ width, entries: middles.length, lines, right })
        await context.close()
      }
    expect(broken).toEqual([])
  })
})

test('a receipt prints what was bought, and nothing that is there to press', async () => {
  const { ticketId } = await listTicket(market())
  const { page, context } = await open({ of: await market().signedUp() })
  await checkOut(page, `/tickets/${ticketId}`)
  await pay(page)
  await page.getByRole('heading', { name: 'Receipt' }).waitFor()
  // Whatever a receipt may have to press, now or later.
  await page.evaluate(`document.querySelector('main article').insertAdjacentHTML('beforeend',
    '<a class="button" href="/">File</a><button>Again</button><form><input><textarea></textarea></form>')`)
  await page.emulateMedia({ media: 'print' })
  const pressed = page.locator('a.button, button, input, select, textarea, form, nav, header.bar, footer')
  expect(await pressed.filter({ visible: true }).count()).toBe(0)
  for (const text of [page.getByRole('heading', { name: 'Receipt' }), page.getByText('€89.00').first()])
    expect(await text.isVisible()).toBe(true)
  expect(await page.locator('main code').first().isVisible()).toBe(true)
  await context.close()
})

describe.each(ways)('a refused form %s', (_how, scripts) => {
  test('is told first: in the title, and where the keyboard is', async () => {
    const { page, context } = await open({ scripts })
    await page.goto('/signin')
    const before = await page.title()
    await page.getByLabel('Email').fill('nobody@fairpass.example')
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.title()).toBe(`Not sent: ${before}`)
    await eventually(
      () => page.evaluate<string | null>('document.activeElement.getAttribute("role")'),
      (role) => role === 'alert',
    )
    await page.goto('/signin')
    expect(await page.title()).toBe(before)
    await context.close()
  })
})

describe('a checkout that was left open', () => {
  const leftOpen = async () => {
    const { ticketId } = await listTicket(market())
    const window = await open({ of: await market().signedUp() })
    await checkOut(window.page, `/tickets/${ticketId}`)
    await window.page.getByRole('timer').waitFor()
    const path = new URL(window.page.url()).pathname
    const requests: string[] = []
    window.page.on('response', (answer) => {
      const asked = new URL(answer.url())
      const method = answer.request().method()
      if (asked.pathname === `/api${path}` || method === 'HEAD')
        requests.push(`${method} ${asked.pathname === path ? 'page' : 'api'} ${answer.status()}`)
    })
    return { ...window, path, requests }
  }
  const lookAgain = (page: Page) => page.evaluate('document.dispatchEvent(new Event("visibilitychange"))')

  test('renews a session whose access token has ended, and goes on', async () => {
    const { page, context, path, requests } = await leftOpen()
    await context.clearCookies({ name: 'access' })
    await lookAgain(page)
    await eventually(
      async () => requests.slice(0, 3),
      (seen) => seen.length === 3,
    )
    expect(requests.slice(0, 3)).toEqual(['GET api 401', 'HEAD page 200', 'GET api 200'])
    expect(new URL(page.url()).pathname).toBe(path)
    await context.close()
  })

  test('leads whoever is signed out by now to sign in, and from there back', async () => {
    const { page, context, path, requests } = await leftOpen()
    await context.clearCookies()
    await lookAgain(page)
    await page.waitForURL((url) => url.pathname === '/signin')
    expect(new URL(page.url()).searchParams.get('next')).toBe(path)
    // It noticed by asking, not by the end of the time to pay.
    expect(requests[0]).toBe('GET api 401')
    expect(requests[1]).toStartWith('HEAD page 3')
    await context.close()
  })
})

describe('after Back', () => {
  const keyOn = (page: Page) => page.locator('input[name=idempotencyKey]').first().inputValue()

  test('a page that the browser kept whole is asked for anew', async () => {
    const { ticketId } = await listTicket(market())
    const { page, context } = await open({ of: await market().signedUp() })
    await page.goto(`/tickets/${ticketId}`, { waitUntil: 'networkidle' })
    const before = await keyOn(page)
    // Playwright turns that cache of Chromium off, so the test fires the event that it would fire.
    const tell = (persisted: boolean) =>
      page.evaluate(`window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: ${persisted} }))`)
    await tell(false)
    expect(await keyOn(page)).toBe(before)
    const loaded = page.waitForEvent('load')
    await tell(true)
    await loaded
    expect(await keyOn(page)).not.toBe(before)
    await context.close()
  })

  test('pressing again is another attempt: a refusal from before is not replayed', async () => {
    const { ticketId } = await listTicket(market())
    const holder = await open({ of: await market().signedUp() })
    await checkOut(holder.page, `/tickets/${ticketId}`)
    const { page, context } = await open({ of: await market().signedUp() })
    await page.goto(`/tickets/${ticketId}`)
    await holder.page
      .getByRole('button', { name: /cancel/i })
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: /buy/i }).count()).toBeLessThanOrEqual(1)
    await page.goto('/')
    await holder.page
      .getByRole('button', { name: /cancel/i })
      .first()
      .click()
    await holder.page
      .getByText(/cancelled/i)
      .first()
      .waitFor()
    await page.goto(`/tickets/${ticketId}`)
    const before = await keyOn(page)
    await page.getByRole('button', { name: /buy/i }).click()
    await page.waitForURL(/\/orders\//)
    await page.goBack()
    await page.waitForURL(`**/tickets/${ticketId}`)
    expect(await keyOn(page)).not.toBe(before)
    await context.close()
    await holder.context.close()
  })
})

describe.each(ways)('%s, signing in and the language', (_how, scripts) => {
  const nextOf = (page: Page) => new URL(page.url()).searchParams.get('next')
  const header = (page: Page, name: string) => page.getByRole('banner').getByRole('link', { name, exact: true })

  test('lead back to the page, with what it was asked for', async () => {
    const { ticketId } = await listTicket(market())
    const { page, context } = await open({ scripts })
    for (const path of [`/tickets/${ticketId}`, '/?q=opera&city=Vienna']) {
      for (const name of ['Sign in', 'Sign up']) {
        await page.goto(path)
        await header(page, name).click()
        await page.waitForURL(/\/sign(in|up)\?/)
        expect(nextOf(page)).toBe(path)
      }
      // From there to the other, or to another language, and still back.
      await header(page, 'Sign in').click()
      await page.waitForURL(/\/signin\?/)
      expect(nextOf(page)).toBe(path)
      await page.getByRole('button', { name: 'Deutsch' }).click()
      await page.locator('html[lang=de]').waitFor()
      expect(nextOf(page)).toBe(path)
      await page.getByRole('button', { name: 'English' }).click()
      await page.locator('html[lang=en]').waitFor()
      await page.goto(path)
      await page.getByRole('button', { name: 'Deutsch' }).click()
      await page.locator('html[lang=de]').waitFor()
      expect(page.url()).toBe(new URL(path, market().origin).href)
      await page.getByRole('button', { name: 'English' }).click()
      await page.locator('html[lang=en]').waitFor()
    }
    await context.close()
  })
})

test('a search that was only typed is kept when signing in and when changing the language', async () => {
  const { page, context } = await open()
  const type = async () => {
    await page.goto('/', { waitUntil: 'networkidle' })
    await page.getByRole('searchbox').pressSequentially('jazz & co')
    await page.waitForURL((url) => url.searchParams.get('q') === 'jazz & co')
    return page.url()
  }
  const searched = new URL(await type())
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click()
  await page.waitForURL(/\/signin\?/)
  expect(new URL(page.url()).searchParams.get('next')).toBe(searched.pathname + searched.search)
  await type()
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await page.locator('html[lang=de]').waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe('jazz & co')
  expect(await page.getByRole('searchbox').inputValue()).toBe('jazz & co')
  await context.close()
})

describe('the time zone that a new listing is offered', () => {
  // Browsers say the older name of some zones.
  test.each([
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Asia/Katmandu', 'Asia/Kathmandu'],
    ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
    ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['America/Los_Angeles', 'America/Los_Angeles'],
    ['UTC', 'UTC'],
  ])('in a browser in %s is %s', async (timeZone, offered) => {
    const { page, context } = await open({ of: await market().signedUp(), timeZone })
    await page.goto('/sell', { waitUntil: 'networkidle' })
    const zone = page.getByLabel('Time zone')
    await eventually(
      () => zone.inputValue(),
      (value) => value === offered,
      5_000,
    )
    // It follows the city, until somebody chooses. Where the page shows UTC from the start, it may not be taken over yet.
    await eventually(
      async () => {
        await page.getByLabel('City').fill('')
        await page.getByLabel('City').fill('Tokyo')
        return zone.inputValue()
      },
      (value) => value === 'Asia/Tokyo',
      10_000,
    )
    await zone.selectOption('Europe/Vienna')
    await page.getByLabel('City').fill('Lima')
    expect(await zone.inputValue()).toBe('Europe/Vienna')
    await context.close()
  })
})
