import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, showProgress, UserError } from '@fairpass/servers'
import { chromium } from 'playwright-core'

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const places = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const fetchLimitMs = 10 * 60_000
const howToInstall = 'install Chromium so that it is on PATH, or name it in CHROMIUM_PATH'

/** Playwright's own download, where it has been made. */
const downloaded = (): string | undefined => {
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

const findChromium = (): string | undefined => {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (existsSync(named)) return named
    throw new UserError(`CHROMIUM_PATH is "${named}", where nothing is; ${howToInstall}.`)
  }
  for (const program of programs) {
    const path = Bun.which(program)
    if (path) return path
  }
  return places.find((place) => existsSync(place)) ?? downloaded()
}

const fromDebian = async (): Promise<boolean> => {
  if (!Bun.which('apt-get') || process.getuid?.() !== 0) return false
  const progress = showProgress('Installing Chromium from Debian packages')
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: fetchLimitMs }
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-liberation']
  const { ok } = await run(install, options)
  const isThere = ok || ((await run(['apt-get', 'update', '-q'], options)).ok && (await run(install, options)).ok)
  progress.end()
  return isThere
}

const fromPlaywright = async (): Promise<string | undefined> => {
  const progress = showProgress('Downloading Chromium from Playwright')
  const cli = join(root, 'node_modules/playwright-core/cli.js')
  const { ok, stderr } = await run([process.execPath, cli, 'install', 'chromium'], { timeoutMs: fetchLimitMs })
  progress.end()
  return ok
    ? undefined
    : stderr
        .split('\n')
        .find((line) => /error/i.test(line))
        ?.trim() || 'the download failed'
}

let found: Promise<string> | undefined

const findOrFetch = async (): Promise<string> => {
  const there = findChromium()
  if (there) return there
  await fromDebian()
  const installed = findChromium()
  if (installed) return installed
  const reason = await fromPlaywright()
  const fetched = findChromium()
  if (fetched) return fetched
  throw new UserError(`No Chromium could be fetched for the browser tests (${reason}); ${howToInstall}.`)
}

/**
 * Where Chromium is: `CHROMIUM_PATH`, PATH, or else fetched once, from Debian's packages where this process may install
 * some, from Playwright otherwise. Throws a `UserError` that says what to do when nothing works.
 */
export const chromiumPath = (): Promise<string> => {
  found ??= findOrFetch()
  return found
}
