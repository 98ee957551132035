import { expect, test } from 'bun:test'
import { eventually } from '../marketplace.ts'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()

// Guarantee: a browser gets to Stripe from a form and back, whatever its policy says about forms, and with no script.
test.each([true, false])('a seller is set up for payouts at Stripe and comes back, scripts: %p', async (scripts) => {
  const seller = await market().signedUp()
  const { page, complaints } = await open({ of: seller, scripts })
  await page.goto('/earnings')
  await page.getByLabel('Country').selectOption('AT')
  await page.getByRole('button', { name: 'Set up payouts' }).click()
  await page.getByRole('button', { name: 'Leave something out' }).waitFor()
  // Stripe's page took the place of the one between: going back sends no form again.
  await page.goBack()
  await page.getByRole('button', { name: 'Continue at Stripe' }).click()
  await page.getByRole('button', { name: 'Leave something out' }).click()
  await page.getByText('Stripe still asks for').waitFor()
  await page.getByRole('button', { name: 'Continue at Stripe' }).click()
  await page.getByRole('button', { name: 'Everything is told' }).click()
  await page.getByText('Your account at Stripe is ready').waitFor()
  await eventually(
    () => seller.get('/api/payments/account'),
    ({ body }) => body.status === 'ready',
  )
  expect(complaints).toEqual([])
})
