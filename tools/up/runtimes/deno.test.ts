import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { readTemplate, root } from '@fairpass/servers'
import { denoCommand } from './deno.ts'

const { apps, ...onBun } = await readTemplate(join(root, 'dapr/dapr.yaml'))

const flagsOf = (id: string, env: Record<string, string> = {}) => {
  const app = apps.find((one) => one.id === id)
  if (!app) throw new Error(`there is no ${id}`)
  return denoCommand({ app, env, deno: 'deno' })
}
const valuesOf = (id: string, flag: string, env: Record<string, string> = {}) =>
  flagsOf(id, env)
    .find((one) => one.startsWith(`--allow-${flag}=`))
    ?.replace(/^[^=]*=/, '')
    .split(',')

test('an app reaches its own port, its sidecar, its database and its own neighbours, and nothing else', () => {
  const env = {
    MONGODB_URI: 'mongodb://me:secret@one.example:27018,two.example/?replicaSet=rs',
    SMTP_URL: 'smtp://mail.example:587',
    STRIPE_API_URL: 'http://127.0.0.1:12111',
    S3_ENDPOINT: 'https://objects.example/',
  }
  const database = ['one.example:27018', 'two.example:27017']
  expect(valuesOf('orders', 'net', env)).toEqual(['127.0.0.1:4003', '127.0.0.1:3503', ...database])
  expect(valuesOf('auth', 'net', env)).toEqual(['127.0.0.1:4001', '127.0.0.1:3501', ...database, 'mail.example:587'])
  expect(valuesOf('payments', 'net', env)).toContain('127.0.0.1:12111')
  expect(valuesOf('payments', 'net')).toContain('api.stripe.com:443')
  expect(valuesOf('tickets', 'net', env)).toContain('objects.example:443')
  expect(valuesOf('web', 'net', env)).toEqual(['127.0.0.1:3000', '127.0.0.1:3500'])
})

test('a sidecar elsewhere is reached in place of the one beside it', () => {
  expect(valuesOf('web', 'net', { DAPR_HTTP_ENDPOINT: 'https://dapr.example' })).toEqual([
    '127.0.0.1:3000',
    'dapr.example:443',
  ])
})

test('nobody writes, runs a program, calls foreign code or is asked for more', () => {
  for (const { id } of apps) {
    const flags = flagsOf(id)
    expect(flags).toContain('--no-prompt')
    expect(flags.filter((flag) => /^(-A|--allow-(all|write|run|ffi|import))/.test(flag))).toEqual([])
    expect(flags.filter((flag) => /^--allow-(net|env|sys|read)$/.test(flag))).toEqual([])
  }
})

const mayRead = (id: string, variable: string) =>
  valuesOf(id, 'env')?.some((name) => (name.endsWith('*') ? variable.startsWith(name.slice(0, -1)) : variable === name))

// Guarantee: a new setting of an app that Deno would not be allowed to read is noticed here.
test('an app may read every setting that its sources name', async () => {
  for (const { id, dir } of apps) {
    const own = await Array.fromAsync(new Bun.Glob('src/**/*.ts').scan({ cwd: dir, absolute: true }))
    const sources = [
      join(root, 'sdk/src/config.ts'),
      ...own.filter((path) => /\/(config|limits|main|environment)\.ts$/.test(path)),
    ]
    const texts = await Promise.all(sources.map((path) => Bun.file(path).text()))
    const named = texts.flatMap((text) =>
      [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]{2,}):/gm)].map(([, name = '']) => name),
    )
    expect(named.length).toBeGreaterThan(10)
    expect({ id, refused: named.filter((name) => !mayRead(id, name)) }).toEqual({ id, refused: [] })
  }
})

test('a secret is read by the app that it is for', () => {
  const readersOf = (variable: string) => apps.map(({ id }) => id).filter((id) => mayRead(id, variable))
  expect(readersOf('JWT_KEY')).toEqual(['auth'])
  expect(readersOf('FILE_KEY')).toEqual(['tickets'])
  expect(readersOf('STRIPE_SECRET_KEY')).toEqual(['payments'])
})

test('`dapr run -f dapr/deno.yaml` starts the same apps by the same commands', async () => {
  const { apps: onDeno, ...common } = await readTemplate(join(root, 'dapr/deno.yaml'))
  const withoutCommand = (app: (typeof apps)[number]) => ({ ...app, command: [] })
  expect(common).toEqual(onBun)
  expect(onDeno.map(withoutCommand)).toEqual(apps.map(withoutCommand))
  for (const app of onDeno) expect(app.command).toEqual(flagsOf(app.id))
})
