import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { openMailbox } from './mailbox.ts'
import { startMailbox } from './testing.ts'

let world: Awaited<ReturnType<typeof startMailbox>>

beforeAll(async () => {
  world = await startMailbox()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.mailbox.clear()
  world.faults.clear()
})

const send = (to: string, mail: Record<string, unknown> = {}) =>
  createTransport({
    url: world.url,
    connectionTimeout: 500,
    greetingTimeout: 500,
    socketTimeout: 500,
  }).sendMail({
    from: { name: 'Fairpass', address: 'no-reply@fairpass.example' },
    to: { name: '', address: to },
    subject: 'Grüße',
    text: 'As text',
    html: '<p>As HTML</p>',
    ...mail,
  })

const messages = async (query = '') => {
  const { messages } = (await (await world.app.request(`/api/messages${query}`)).json()) as {
    messages: Record<string, unknown>[]
  }
  return messages
}

test('what was sent is there, newest first, for the address that it went to alone', async () => {
  await send('ann@example.com')
  await send('Joann@example.com', { subject: 'second', headers: { 'X-Long': 'word '.repeat(40) } })
  await send('ann@example.com', { subject: 'third' })
  expect((await messages('?to=ANN@example.com')).map(({ subject }) => subject)).toEqual(['third', 'Grüße'])
  const [joann] = await messages('?to=joann@example.com')
  expect(joann).toMatchObject({
    from: '"Fairpass" <no-reply@fairpass.example>',
    to: 'joann@example.com',
    text: 'As text',
    html: '<p>As HTML</p>',
  })
  expect((joann?.headers as Record<string, string> | undefined)?.['x-long']).toBe('word '.repeat(40).trim())
  expect(Date.parse(String(joann?.at))).toBeWithin(Date.now() - 10_000, Date.now() + 1)
  expect(await messages()).toHaveLength(3)
})

test.each([
  ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
  ['ann@xn--bcher-kva.example', 'ann@bücher.example'],
  ['用户@例え.example', '用户@xn--r8jz45g.example'],
  ['a..b@example.com', 'a..b@example.com'],
  ['.a@example.com', '.a@example.com'],
  ['"ann"@example.com', 'ann@example.com'],
  ["o'brien@example.com", "o'brien@example.com"],
])('what is sent to %p is found as %p', async (address, asked) => {
  await send(address)
  expect(await messages(`?to=${encodeURIComponent(asked)}`)).toHaveLength(1)
})

test.each([
  ['hang', 'ETIMEDOUT'],
  ['refuse', '554'],
  ['defer', '451'],
  ['reject', '550'],
  ['close', 'clos'],
] as const)('a server that shall %s does so, as often as was asked, and keeps nothing', async (kind, failure) => {
  await world.app.request('/api/faults', { method: 'POST', body: JSON.stringify({ kind, count: 1 }) })
  const error = await send('ann@example.com').catch((error: unknown) => error)
  expect(`${error} ${(error as { code?: string }).code}`).toMatch(new RegExp(failure, 'i'))
  expect(await messages()).toEqual([])
  await send('ann@example.com')
  expect(await messages()).toHaveLength(1)
})

test('an answer that is lost leaves a mail that the sender knows nothing of', async () => {
  world.faults.add({ kind: 'lose-answer', count: 1 })
  expect(await send('ann@example.com').catch(() => 'failed')).toBe('failed')
  expect(await messages()).toHaveLength(1)
})

test('a fault for one address is nobody else’s', async () => {
  world.faults.add({ kind: 'reject', to: 'gone@example.com' })
  await send('ann@example.com')
  expect(await send('gone@example.com').catch(() => 'refused')).toBe('refused')
  expect(await messages()).toHaveLength(1)
})

test('what was taken is there after the end of the process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailbox-'))
  const file = join(folder, 'mailbox.sqlite')
  const first = openMailbox(file)
  first.keep(['ann@example.com'], Buffer.from('Subject: kept\r\n\r\nHi'))
  // Not closed: as after a kill.
  const second = openMailbox(file)
  expect((await second.list('ann@example.com')).map(({ subject }) => subject)).toEqual(['kept'])
  first.close()
  second.close()
  rmSync(folder, { recursive: true })
})

test('a fault that is not known is refused', async () => {
  for (const fault of ['{}', '{"kind":"explode"}', '{"kind":"hang","count":0}', 'no JSON'])
    expect((await world.app.request('/api/faults', { method: 'POST', body: fault })).status).toBe(400)
})

test('a mail is shown in a frame in which nothing runs', async () => {
  await send('ann@example.com', { subject: '<script>alert(1)</script>', html: '<script>alert(2)</script><p>Hi</p>' })
  const list = await (await world.app.request('/')).text()
  expect(list).toContain('&lt;script&gt;alert(1)')
  expect(list).not.toContain('<script>')
  const [{ id } = {}] = await messages()
  const page = await (await world.app.request(`/messages/${id}`)).text()
  expect(page).toContain(`sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${id}/html"`)
  expect(page).not.toContain('<script>')
  const framed = await world.app.request(`/messages/${id}/html`)
  expect(framed.headers.get('content-security-policy')).toMatch(/^sandbox allow-popups .*default-src 'none'/)
  expect((await world.app.request('/messages/99999')).status).toBe(404)
})
