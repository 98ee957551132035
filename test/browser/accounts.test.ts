import { describe, expect, test } from 'bun:test'
import type { BrowserContext, Page } from 'playwright-core'
import { eventually, type ReceivedMail } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'
import { violationsOn } from './axe.ts'
import { checkOut, pay, sell } from './steps.ts'
import { useBrowser } from './window.ts'

// What users expect of an account system, in a real browser, with the mails read in the mailbox.

const { market, open } = useBrowser()
const password = 'a long enough password'
let addresses = 0
const newAddress = () => `accounts-${process.pid}-${Date.now()}-${addresses++}@fairpass.example`

const mailNamed = async (email: string, subject: string | RegExp): Promise<ReceivedMail> => {
  const isMeant = (mail: ReceivedMail) =>
    typeof subject === 'string' ? mail.subject === subject : subject.test(mail.subject)
  const mail = (await market().mailsTo(email, (mails) => mails.some(isMeant))).find(isMeant)
  if (!mail) throw new Error(`no mail ${subject}`)
  return mail
}

/** The first link of a mail that leads to a page, as its HTML has it. */
const linkIn = ({ html }: ReceivedMail, path: string): string =>
  [...html.matchAll(/href="([^"]+)"/g)]
    .map(([, href = '']) => href.replaceAll('&amp;', '&'))
    .find((href) => href.includes(path)) ?? ''

const signUpAs = async (page: Page, email: string) => {
  await page.goto('/signup')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click()
  await page.waitForURL((url) => url.pathname !== '/signup')
}

const signInAs = async (page: Page, email: string, with_ = password) => {
  await page.goto('/signin')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(with_)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
}

const isSignedIn = async (page: Page) => {
  await page.goto('/')
  return page.getByRole('link', { name: 'My orders' }).isVisible()
}

test('a password that is chosen is judged while it is typed, in words, and none of its kinds of characters is asked for', async () => {
  const { page, complaints } = await open({ width: 375 })
  await page.goto('/signup')
  const [typed, said] = [page.getByLabel('Password'), page.locator('form').getByRole('status')]
  for (const [text, words] of [
    ['abcdefg', 'Too short'],
    ['abcdefghijkl', 'Easy to guess'],
    ['Tr0ub4dor&3', 'Fair'],
    ['correct horse battery staple', 'Strong'],
  ] as const) {
    await typed.fill(text)
    await said.getByText(words).waitFor()
  }
  expect(await violationsOn(page)).toEqual([])
  // The meter only advises: the server decides.
  await page.getByLabel('Email').fill(newAddress())
  await typed.fill('password1')
  await page.getByRole('main').getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('alert').getByText('is one of the most common passwords').waitFor()
  expect(complaints).toEqual([])
})

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('%s', (_how, scripts) => {
  test('sign up, confirm the address by its mail, sell', async () => {
    const { page, complaints } = await open({ scripts })
    const email = newAddress()
    await signUpAs(page, email)
    await page.goto('/account')
    await page.getByText('This address is not confirmed yet.').waitFor()
    await page.goto(linkIn(await mailNamed(email, 'Confirm your email address'), '/confirm-email'))
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByText('Thank you, that is confirmed.').waitFor()
    await page.goto('/account')
    await page.getByText('Confirmed', { exact: true }).waitFor()
    expect(await sell(page, 'A confirmed evening')).toMatch(/^\/tickets\//)
    expect(complaints).toEqual([])
  })

  test('forgot the password, choose another by mail, in again; every other window is signed out', async () => {
    const [first, second] = [await open({ scripts }), await open({ scripts })]
    const email = newAddress()
    await signUpAs(first.page, email)
    await second.page.goto('/signin')
    await second.page.getByRole('link', { name: 'I forgot my password' }).click()
    await second.page.getByLabel('Email').fill(email)
    await second.page.getByRole('button', { name: 'Send the link' }).click()
    await second.page.getByText('If there is an account with this address').waitFor()
    const link = linkIn(await mailNamed(email, 'Reset your password'), '/reset-password')
    await second.page.goto(link)
    await second.page.getByLabel('New password').fill('password')
    await second.page.getByRole('button', { name: 'Save the new password' }).click()
    await second.page.getByRole('alert').getByText('one of the most common').waitFor()
    await second.page.getByLabel('New password').fill('another long enough password')
    await second.page.getByRole('button', { name: 'Save the new password' }).click()
    await second.page.getByText('Your password is changed').waitFor()
    await signInAs(second.page, email, 'another long enough password')
    await second.page.waitForURL((url) => url.pathname === '/')
    expect(await isSignedIn(first.page)).toBe(false)
    await second.page.goto(link)
    await second.page.getByLabel('New password').fill('a third long enough password')
    await second.page.getByRole('button', { name: 'Save the new password' }).click()
    await second.page.getByRole('alert').getByText('used already').waitFor()
  })

  test('an authenticator app: set up, asked when signing in, and a recovery code in its place', async () => {
    const { page, complaints } = await open({ scripts })
    const email = newAddress()
    await signUpAs(page, email)
    await page.goto('/account/security')
    await page.getByRole('button', { name: 'Set up an app' }).click()
    const secret = (await page.locator('code').first().textContent()) ?? ''
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    const { TOTP, Secret } = await import('otpauth')
    const codeAt = (seconds: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + seconds * 1000 })
    await page.getByLabel('Code').fill('000000')
    await page.getByRole('button', { name: 'Turn it on' }).click()
    await page.getByRole('alert').first().waitFor()
    await page.getByLabel('Code').fill(codeAt(-30))
    await page.getByRole('button', { name: 'Turn it on' }).click()
    await page.getByText('Your recovery codes').waitFor()
    const codes = await page.locator('section[role=status] code').allTextContents()
    expect(codes).toHaveLength(10)
    for (const code of [codeAt(0), codes[0] ?? '']) {
      const other = await open({ scripts })
      await signInAs(other.page, email)
      await other.page.waitForURL((url) => url.pathname === '/signin/code')
      await other.page.getByLabel('Code').fill(code)
      await other.page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
      await other.page.waitForURL((url) => url.pathname === '/')
      expect(await isSignedIn(other.page)).toBe(true)
    }
    await mailNamed(email, 'The security of your account was changed')
    expect(complaints).toEqual([])
  })

  test('mails are chosen on the account’s page', async () => {
    const { page } = await open({ scripts })
    await signUpAs(page, newAddress())
    await page.goto('/account')
    const sales = page.getByLabel('When a ticket of mine is sold')
    expect(await sales.isChecked()).toBe(true)
    await sales.uncheck()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Your choice is saved.').waitFor()
    expect(await sales.isChecked()).toBe(false)
    expect(await page.getByLabel('New tickets for my saved searches').isChecked()).toBe(true)
  })
})

/** Chromium's own authenticator, which unlocks itself. */
const withAuthenticator = async (context: BrowserContext, page: Page) => {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

test('a passkey: added, signed in with alone, removed', async () => {
  const { page, context, complaints } = await open()
  await withAuthenticator(context, page)
  const email = newAddress()
  await signUpAs(page, email)
  await page.goto('/account/security')
  await page.getByLabel('Name of the passkey').fill('This laptop')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('The passkey is added.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  expect(await isSignedIn(page)).toBe(false)
  await page.goto('/signin?next=/account/security')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.waitForURL((url) => url.pathname === '/account/security')
  await page.getByRole('button', { name: /^Remove/ }).click()
  await page.getByText('The passkey is removed.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.goto('/signin')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('alert').getByText('That did not work').waitFor()
  expect(complaints).toEqual([])
})

test('a purchase brings its buyer and its seller two mails each, once, whose links lead to it', async () => {
  const [seller, buyer] = [await open(), await open()]
  const [selling, buying] = [newAddress(), newAddress()]
  await signUpAs(seller.page, selling)
  await signUpAs(buyer.page, buying)
  const ticket = await sell(seller.page, 'Four mails')
  await checkOut(buyer.page, ticket)
  await pay(buyer.page)
  await buyer.page.getByText('the ticket is yours').waitFor()
  const bought = await mailNamed(buying, 'Your ticket for Four mails')
  const sold = await mailNamed(selling, 'Sold: Four mails')
  await buyer.page.goto(linkIn(bought, '/orders/'))
  await buyer.page.getByRole('heading', { name: 'Four mails' }).first().waitFor()
  await seller.page.goto(linkIn(sold, '/sales#'))
  await seller.page.getByText('Four mails').waitFor()
  expect(bought.text).toContain('€89.50')
  for (const email of [selling, buying]) {
    const subjects = (await market().mailsTo(email)).map(({ subject }) => subject)
    expect(subjects).toHaveLength(2)
  }
  // A receipt is about a purchase of one's own; news of a sale can be ended, by its link and by the mail program itself.
  expect(bought.headers['list-unsubscribe']).toBeUndefined()
  const ending = sold.headers['list-unsubscribe']?.slice(1, -1) ?? ''
  const nobody = await open({ scripts: false })
  await nobody.page.goto(linkIn(sold, '/unsubscribe'))
  await nobody.page.getByRole('button', { name: 'Send me no more of these' }).click()
  await nobody.page.getByText('Done: no more of these will come.').waitFor()
  const oneClick = await fetch(ending, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'manual',
  })
  expect(oneClick.status).toBe(200)
  await seller.page.goto('/account')
  expect(await seller.page.getByLabel('When a ticket of mine is sold').isChecked()).toBe(false)
})

test('a link of a mail that is only looked at does nothing', async () => {
  const ann = await market().signedUp()
  const link = linkIn(await mailNamed(ann.email, 'Confirm your email address'), '/confirm-email')
  for (let visit = 0; visit < 3; visit++) expect((await fetch(link)).status).toBe(200)
  const { body } = expectStatus(await ann.get('/api/users/settings'), 200)
  expect(body.isEmailConfirmed).toBe(false)
})

test('what needs it asks again who it is, and leads back', async () => {
  const { page } = await open()
  const email = newAddress()
  await signUpAs(page, email)
  const { db, close } = await market().database('auth')
  await db.collection('sessions').updateMany({}, { $set: { authenticatedAt: new Date(0) } })
  await close()
  // The earlier token still says that the user has just authenticated.
  await page.context().clearCookies({ name: 'access' })
  await page.goto('/account/email')
  await page.getByLabel('Email').fill(newAddress())
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.waitForURL((url) => url.pathname === '/reauthenticate')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'It is me' }).click()
  await page.waitForURL((url) => url.pathname === '/account/email')
  const next = newAddress()
  await page.getByLabel('Email').fill(next)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.getByText('Look into your mail').waitFor()
  await page.goto(linkIn(await mailNamed(next, 'Confirm your new email address'), '/confirm-email'))
  await page.getByRole('button', { name: 'Confirm the address' }).click()
  await page.goto('/account')
  await page.getByText(next).waitFor()
})

test('the mailbox shows a mail in a frame, whose links lead out of it', async () => {
  const { page } = await open()
  const email = newAddress()
  await signUpAs(page, email)
  await mailNamed(email, 'Confirm your email address')
  const { mailbox } = await market().runFile()
  await page.goto(`http://127.0.0.1:${mailbox.port}/?to=${encodeURIComponent(email)}`)
  await page.getByRole('link', { name: 'Confirm your email address' }).click()
  // With the frame, whose mail a click would miss that comes before it.
  await page.waitForURL('**/messages/*', { waitUntil: 'load' })
  const opened = page.context().waitForEvent('page')
  await page.frameLocator('iframe').getByRole('link', { name: 'Confirm the address' }).click()
  expect((await opened).url()).toContain('/confirm-email?token=')
})

test.each([
  '/forgot-password',
  '/reset-password?token=x',
  '/confirm-email?token=x',
  '/unsubscribe?token=x',
  '/signin/code',
  '/reauthenticate?next=/account',
  '/account/email',
  '/account/security',
])('%s is accessible, in both languages', async (path) => {
  const ann = await market().signedUp()
  for (const locale of ['en-GB', 'de-DE']) {
    const { page, complaints } = await open({ of: ann, locale })
    await page.goto(path)
    await eventually(
      () => page.locator('h1').count(),
      (count) => count === 1,
    )
    expect(await violationsOn(page)).toEqual([])
    expect(complaints).toEqual([])
  }
})
