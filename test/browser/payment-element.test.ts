import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually, listTicket } from '../marketplace.ts'
import { violationsOn } from './axe.ts'
import { checkOut, redeem } from './steps.ts'
import { type Storefront, startStorefront } from './storefront.ts'
import { useBrowser } from './window.ts'

// Stripe itself cannot be reached from here. What is ours is tested: what the page loads and from where, what it asks of
// payments, and what it shows when the bank has answered. In place of Stripe's script there is one that confirms at the
// double, as Stripe's form does.

const { market, open } = useBrowser()
const publishableKey = 'pk_test_of_nobody'
let storefront: Storefront

beforeAll(async () => {
  storefront = await startStorefront(market(), { STRIPE_PUBLISHABLE_KEY: publishableKey })
}, 120_000)
afterAll(() => storefront.stop())

const standIn = `window.Stripe = (key) => ({
  _registerWrapper() {},
  elements: ({ clientSecret }) => ({
    clientSecret, key,
    create: (kind) => {
      const on = {}
      return {
        on: (name, listener) => { on[name] = listener },
        mount: (place) => {
          place.innerHTML = '<label>Card number <input id="card"></label>'
          place.dataset.kind = kind
          setTimeout(() => on.ready(), 0)
        },
      }
    },
  }),
  confirmPayment: ({ elements, confirmParams }) =>
    window.confirmAtStripe(elements.clientSecret, document.getElementById('card').value, confirmParams.return_url),
})
window.Stripe.version = 'endive'`

/** A buyer's checkout with the form of Stripe, and all that its page asked for. */
const opened = async ({ scripts = true, hearsBank = true } = {}) => {
  const { ticketId } = await listTicket(market())
  const window = await open({ of: await market().signedUp(), at: storefront.origin, scripts })
  const { page, context } = window
  const asked: string[] = []
  page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`))
  await context.route('https://js.stripe.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: standIn }),
  )
  const control = await market().stripe()
  if (scripts)
    await page.exposeFunction('confirmAtStripe', async (secret: string, paymentMethod: string, returnUrl: string) => {
      const { status, body } = await control.call('POST', `/payment_intents/${secret.split('_secret')[0]}/confirm`, {
        client_secret: secret,
        payment_method: paymentMethod,
        return_url: returnUrl,
      })
      if (!hearsBank) await new Promise(() => {})
      return status === 200 ? { paymentIntent: { status: body.status } } : { error: body.error }
    })
  await page.goto(`/tickets/${ticketId}`)
  const beforeCheckout = asked.splice(0)
  await checkOut(page, `/tickets/${ticketId}`)
  const orderId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  return { ...window, asked, beforeCheckout, orderId, control }
}

const stripeRequests = (asked: readonly string[]) => asked.filter((line) => line.includes('stripe.com'))

describe('the form of Stripe', () => {
  test('is loaded from Stripe, on the checkout alone, and one intent is asked for', async () => {
    const { page, context, asked, beforeCheckout, orderId, control, complaints } = await opened()
    await page.getByLabel('Card number').fill('pm_card_visa')
    expect(stripeRequests(beforeCheckout)).toEqual([])
    expect(stripeRequests(asked)).toEqual(['GET https://js.stripe.com/endive/stripe.js'])
    expect(asked.filter((line) => line === `POST ${storefront.origin}/api/payments`)).toHaveLength(1)
    await page.getByText('Test mode: no money moves').waitFor()
    expect(await page.getByLabel('Test card').count()).toBe(0)
    expect(await violationsOn(page)).toEqual([])

    const button = page.getByRole('button', { name: /^Pay/ })
    await button.dblclick()
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    const { intents } = await control.state()
    expect(intents.filter(({ metadata }) => metadata.orderId === orderId)).toMatchObject([
      { status: 'succeeded', captures: 1 },
    ])
    expect(complaints).toEqual([])
    await context.close()
  })

  test('says why a card was declined, and takes another one', async () => {
    const { page, context, orderId, control } = await opened()
    const button = page.getByRole('button', { name: /^Pay/ })
    await page.getByLabel('Card number').fill('pm_card_chargeDeclinedInsufficientFunds')
    await button.click()
    await page.getByRole('alert').getByText('there is not enough money on it').waitFor()
    expect(await violationsOn(page)).toEqual([])
    await page.getByLabel('Card number').fill('pm_card_visa')
    await button.click()
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    const { intents } = await control.state()
    expect(intents.filter(({ metadata }) => metadata.orderId === orderId)).toMatchObject([{ captures: 1 }])
    await context.close()
  })

  test('whoever leaves before the bank’s answer and the webhook have come finds the payment made', async () => {
    const { page, context, orderId, control } = await opened({ hearsBank: false })
    await control.fault({ operation: 'webhook', kind: 'lost', times: 9, metadata: { orderId } })
    await page.getByLabel('Card number').fill('pm_card_visa')
    await page.getByRole('button', { name: /^Pay/ }).click()
    await page.getByText('Your bank is being asked').waitFor()
    await eventually(
      async () => (await control.state()).intents.find(({ metadata }) => metadata.orderId === orderId)?.status,
      (status) => status === 'requires_capture' || status === 'succeeded',
    )
    await page.goto('/')
    await page.goto(`/orders/${orderId}`)
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    await context.close()
  })

  test('that cannot be loaded is said, and a coupon still pays', async () => {
    const { body } = await (await market().asAdmin()).post('/api/coupons', {})
    const [coupon] = body.coupons as { code: string }[]
    const { page, context } = await opened()
    await context.route('https://js.stripe.com/**', (route) => route.abort())
    await page.reload()
    await page.getByText('The card form could not be opened').waitFor()
    await redeem(page, coupon?.code ?? '')
    await page.getByRole('heading', { name: 'Receipt' }).waitFor()
    await context.close()
  })

  test('needs JavaScript, which is said where there is none', async () => {
    const { page, context } = await opened({ scripts: false })
    // By its place: what stands in a noscript element no search by text finds.
    const said = page.locator('noscript p')
    expect([await said.textContent(), await said.boundingBox()]).toEqual([
      'Paying by card needs JavaScript. A coupon works without it.',
      expect.objectContaining({ height: expect.any(Number) }),
    ])
    expect(await page.getByRole('button', { name: /^Pay/ }).isDisabled()).toBe(true)
    await context.close()
  })
})

test('the policy of the checkout lets Stripe in, that of every other page does not', async () => {
  const buyer = await market().signedUp()
  const { ticketId } = await listTicket(market())
  const order = await buyer.buy(ticketId)
  const cookie = [...buyer.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const policyOf = async (path: string, origin = storefront.origin) => {
    const { headers } = await fetch(origin + path, { headers: { cookie } })
    return `${headers.get('content-security-policy')} ${headers.get('permissions-policy')}`
  }
  const checkout = await policyOf(`/orders/${order.body.id}`)
  expect(checkout).toContain("connect-src 'self' https://api.stripe.com;")
  expect(checkout).toContain('frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com;')
  expect(checkout).toContain('payment=(self "https://js.stripe.com")')
  expect(checkout).not.toMatch(/unsafe|\*[ ;]/)
  for (const path of ['/', `/tickets/${ticketId}`, '/orders', '/sell']) {
    expect(await policyOf(path)).not.toContain('stripe')
  }
  // Without a key of Stripe nobody speaks with Stripe, the checkout included.
  expect(await policyOf(`/orders/${order.body.id}`, market().origin)).not.toContain('stripe')
})
