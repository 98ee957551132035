import { beforeAll, expect, test } from 'bun:test'
import { eventually, listTicket, type Marketplace, sharedMarketplace } from '../marketplace.ts'
import { expectStatus } from '../visitor.ts'

let market: Marketplace

beforeAll(async () => {
  market = await sharedMarketplace()
})

const tokenIn = (text: string | undefined, path: string) =>
  new RegExp(`${market.origin}/${path}\\?token=(\\S+)`).exec(text ?? '')?.[1] ?? ''

test('up says where the mailbox is, and run.json names it', async () => {
  const { mailbox } = await market.runFile()
  expect(mailbox).toEqual({ pid: expect.any(Number), port: expect.any(Number) })
  expect(market.said()).toContain(`http://127.0.0.1:${mailbox.port}`)
})

test('who forgot a password is let back in by mail, and all sessions of before are over', async () => {
  const ann = await market.signedUp()
  expectStatus(await market.visitor().post('/api/users/password-reset', { email: ann.email }), 202)
  expectStatus(await market.visitor().post('/api/users/password-reset', { email: 'nobody@fairpass.example' }), 202)
  const isThere = ({ subject }: { subject: string }) => subject === 'Reset your password'
  const mails = await market.mailsTo(ann.email, (all) => all.some(isThere))
  const token = tokenIn(mails.find(isThere)?.text, 'reset-password')
  const newPassword = 'another long enough password'
  const confirm = () => market.visitor().post('/api/users/password-reset/confirm', { token, newPassword })
  expectStatus(await confirm(), 204)
  expect(await confirm()).toMatchObject({ status: 400, body: { code: 'token_invalid' } })
  expect((await ann.get('/api/users/currentuser')).body.currentUser).toBeNull()
  expectStatus(await market.visitor().post('/api/users/signin', { email: ann.email, password: newPassword }), 200)
})

test('an address is confirmed by the link of its mail', async () => {
  const ann = await market.signedUp()
  const [mail] = await market.mailsTo(ann.email)
  const token = tokenIn(mail?.text, 'confirm-email')
  expectStatus(await market.visitor().post('/api/users/email/confirm', { token }), 204)
  expect(await market.visitor().post('/api/users/email/confirm', { token })).toMatchObject({ status: 400 })
})

test('a purchase is told to its buyer and its seller, once each, with a link that leads to it', async () => {
  const { seller, ticketId } = await listTicket(market, { title: 'An evening of mails' })
  const buyer = await market.signedUp()
  const { body: order } = expectStatus(await buyer.buy(ticketId), 201)
  expectStatus(await buyer.pay(order.id), 201)
  const bought = await market.mailsTo(buyer.email, (mails) => mails.length === 2)
  const sold = await market.mailsTo(seller.email, (mails) => mails.length === 2)
  expect(bought[0]?.subject).toBe('Your ticket for An evening of mails')
  expect(bought[0]?.text).toContain(`${market.origin}/orders/${order.id}`)
  expect(sold[0]?.subject).toBe('Sold: An evening of mails')
  expect(`${bought[0]?.text}${bought[0]?.html}`).not.toContain(seller.email)
  expect(`${sold[0]?.text}${sold[0]?.html}`).not.toContain(buyer.email)
})

test('a saved search is told of a new listing, and its mail’s own link ends it', async () => {
  const ann = await market.signedUp()
  const word = `rarity${Date.now()}`
  expectStatus(await ann.post('/api/tickets/searches', { q: word }), 201)
  const { ticketId } = await listTicket(market, { title: `An evening of ${word}` })
  const isDigest = ({ subject }: { subject: string }) => subject === `New tickets: ${word}`
  const mail = (await market.mailsTo(ann.email, (mails) => mails.some(isDigest))).find(isDigest)
  expect(mail?.text).toContain(`${market.origin}/tickets/${ticketId}`)
  const token = tokenIn(mail?.text, 'unsubscribe')
  expectStatus(await market.visitor().post('/api/users/unsubscribe', { token }), 204)
  await eventually(
    () => ann.get('/api/tickets/searches'),
    ({ body }) => Array.isArray(body.searches) && body.searches.length === 0,
  )
}, 120_000)

test('who waits for a ticket, and is not at its page, hears that it is free again', async () => {
  const { ticketId } = await listTicket(market, { title: 'A ticket to wait for' })
  const [buyer, waiting] = [await market.signedUp(), await market.signedUp()]
  const { body: order } = expectStatus(await buyer.buy(ticketId), 201)
  expectStatus(await waiting.post('/api/orders/waitlist', { ticketId }), 201)
  expectStatus(await buyer.delete(`/api/orders/${order.id}`), 204)
  const isFree = ({ subject }: { subject: string }) => subject === 'Free again: A ticket to wait for'
  await market.mailsTo(waiting.email, (mails) => mails.some(isFree))
}, 120_000)
