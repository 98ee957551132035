import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from '../request/answering.ts'
import type { Storage } from '../storage.ts'
import type { Connect } from './platform.ts'

type OnboardingDeps = {
  storage: Storage
  connect: Connect
  now: () => number
  onChange: () => void
}

const page = (id: string) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Onboarding at the Stripe double</title>
      </head>
      <body style="font: 16px system-ui; max-width: 32rem; margin: 4rem auto; padding: 0 1rem">
        <h1>Stripe, played by its local double</h1>
        <p>Here a seller tells Stripe who they are and where their money goes. No money moves.</p>
        <form method="post">
          <button name="outcome" value="complete">Everything is told</button>
          <button name="outcome" value="incomplete">Leave something out</button>
        </form>
        <p><small>${id}</small></p>
      </body>
    </html>`

/** The page behind an account link; the link alone identifies the seller. */
export const createOnboarding = ({ storage, connect, now, onChange }: OnboardingDeps) => {
  const opened = (id: string) => {
    const link = storage.find('onboarding', id)
    return link && link.expiresAt * 1000 > now() ? link : undefined
  }
  return new Hono<Env>()
    .get('/onboarding/:id', (c) => {
      const link = opened(c.req.param('id'))
      if (link) return c.html(page(link.account))
      const known = storage.find('onboarding', c.req.param('id'))
      return known ? c.redirect(known.refreshUrl, 303) : c.text('There is no such link.', 404)
    })
    .post('/onboarding/:id', async (c) => {
      const link = opened(c.req.param('id'))
      if (!link) return c.text('This link has expired.', 410)
      const { outcome } = await c.req.parseBody()
      storage.atomically(() => connect.onboard(link.account, outcome === 'incomplete' ? 'incomplete' : 'complete'))
      onChange()
      return c.redirect(link.returnUrl, 303)
    })
}
