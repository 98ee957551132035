import { expect, test } from 'bun:test'
import { admin, createWorld } from '../testing/world.ts'
import { ensureFirstAdmin } from './first-admin.ts'

const named = (email: string) => ({ ADMIN_EMAIL: email, ADMIN_PASSWORD: 'a new password' })

test('the first admin is made once, however many replicas start, and keeps its password', async () => {
  const world = await createWorld()
  await Promise.all(Array.from({ length: 4 }, () => ensureFirstAdmin(world.accounts, named('boss@example.com'))))
  expect(await world.accounts.authenticate('boss@example.com', 'a new password')).toMatchObject({ role: 'admin' })
  await ensureFirstAdmin(world.accounts, named(admin.email))
  expect(await world.accounts.authenticate(admin.email, admin.password)).toMatchObject({ role: 'admin' })
  expect(await world.accounts.authenticate(admin.email, 'a new password')).toBeUndefined()
})

test('an account that exists becomes admin, and feels it with the token it has', async () => {
  const world = await createWorld()
  const ann = await world.signedUp()
  expect((await ann.send('GET', '/api/users')).status).toBe(403)
  await ensureFirstAdmin(world.accounts, named(ann.email))
  expect((await ann.send('GET', '/api/users')).status).toBe(200)
  expect(await world.accounts.authenticate(ann.email, ann.password)).toMatchObject({ id: ann.id, role: 'admin' })
})

test('without one in the environment there is none', async () => {
  const world = await createWorld()
  await ensureFirstAdmin(world.accounts, { ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined })
  expect((await world.accounts.list(10)).accounts).toHaveLength(1)
})
