import { expect, test } from 'bun:test'
import { useBrowser } from './window.ts'

const { market, open } = useBrowser()

// Guarantee: whoever reads the API's description can try it there, from this origin alone and within its policy.
test('the API is read and tried at /api/docs, with the session of who tries', async () => {
  const person = await market().signedUp()
  const { page, complaints } = await open({ of: person })
  const asked = new Set<string>()
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  await page.goto('/api/docs')
  const operation = page.locator('#operations-users-getApiUsersCurrentuser')
  await operation
    .getByRole('button', { name: /currentuser/ })
    .first()
    .click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.getByRole('button', { name: 'Execute' }).click()
  await operation.locator('.live-responses-table .response .microlight', { hasText: person.email }).first().waitFor()
  expect(await page.locator('.opblock').count()).toBeGreaterThan(35)
  expect(complaints).toEqual([])
  expect([...asked].filter((origin) => origin !== market().origin && origin !== 'null')).toEqual([])
}, 60_000)

test('an operation that is open fits on the narrowest phone', async () => {
  const { page } = await open({ width: 320 })
  await page.goto('/api/docs')
  const operation = page.locator('#operations-orders-postApiOrders')
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.getByRole('button', { name: 'Cancel' }).waitFor()
  expect(await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0)
}, 60_000)
