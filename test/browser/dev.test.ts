import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { newId } from '@fairpass/sdk/mongo'
import { root } from '@fairpass/servers'
import { testFolder } from '@fairpass/servers/testing'
import type { Page } from 'playwright-core'
import { eventually, startMarketplace } from '../marketplace.ts'
import { useBrowser } from './window.ts'

// `bun run dev`: what is edited is seen at once, at the same origin and through the same sidecars. It runs on a copy of the
// tree, so that an edit is nobody else's, whatever becomes of this test.

setDefaultTimeout(120_000)

/** What is installed, built or kept; the copy makes its own. */
const isMade = (name: string) =>
  ['.git', 'node_modules', 'dist', 'test-results'].includes(name) || /^\.(data|output|nitro|dapr)/.test(name)
/** An idle machine shows an edit within one second: more is said, and only far more fails. */
const shownWithinMs = 15_000
const loadedWithinMs = 60_000

const tree = join(testFolder(), 'tree')
cpSync(root, tree, { recursive: true, filter: (path) => !isMade(basename(path)) })

const { market, open } = useBrowser(() => startMarketplace({}, ['--watch'], tree))
afterAll(() => market().stop())

/** Three edits of a file, one after the other, each once `untilReady`; tells how long they took until `untilSeen`. */
const timeEdits = async (
  path: string,
  edit: (source: string, text: string) => string,
  untilSeen: (text: string) => Promise<unknown>,
  untilReady = async () => {},
) => {
  const file = join(tree, path)
  const source = readFileSync(file, 'utf8')
  const times: number[] = []
  for (const text of ['the first edit', 'the second edit', 'the third edit']) {
    const edited = edit(source, text)
    expect(edited).not.toBe(source)
    await untilReady()
    writeFileSync(file, edited)
    const editedAt = performance.now()
    await untilSeen(text)
    times.push(Math.round(performance.now() - editedAt))
  }
  console.log(`an edit of ${path} was seen after ${times.join(', ')} ms`)
}

/** Vite tells of edits over a socket, which a page has only some time after it can be read. */
const followVite = (page: Page) => {
  let isConnected = false
  page.on('framenavigated', () => {
    isConnected = false
  })
  page.on('console', (message) => {
    if (message.text() === '[vite] connected.') isConnected = true
  })
  return async () => {
    await eventually(async () => isConnected, Boolean, shownWithinMs)
  }
}

test('an edit of a page shows in the open page, read anew through the same sidecars', async () => {
  const before = await market().runFile()
  const { page } = await open({ of: await market().signedUp() })
  const untilConnected = followVite(page)
  // Vite loads the first page of all once more by itself, when it has found what pages need.
  for (const _ of ['first', 'again']) {
    await page.goto('/orders', { timeout: loadedWithinMs })
    await untilConnected()
  }
  const heading = (text: string) =>
    page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor({ timeout: shownWithinMs })
  await heading('My orders')

  const edit = (source: string, text: string) => source.replace('<h1>{messages.orders.title}</h1>', `<h1>${text}</h1>`)
  await timeEdits('web/src/routes/orders/index.tsx', edit, heading, untilConnected)
  expect(await market().runFile()).toEqual(before)
})

test('an edit of a service is in its next answer at the public origin, beside the same sidecar', async () => {
  const before = await market().runFile()
  const buyer = await market().signedUp()
  const messageOf = async () => (await buyer.get(`/api/orders/${newId()}`)).body.errors[0]?.message
  expect(await messageOf()).toBe('There is no such order')

  const saysSo = (text: string) => eventually(messageOf, (message) => message === text, shownWithinMs)
  const edit = (source: string, text: string) => source.replace('There is no such order', text)
  await timeEdits('services/orders/src/routes.ts', edit, saysSo)
  expect(await market().runFile()).toEqual(before)
})
