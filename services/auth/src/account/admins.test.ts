import { beforeAll, expect, test } from 'bun:test'
import { newId } from '@fairpass/sdk/mongo'
import { admin, createWorld, refusal, type World } from '../testing/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
})

const signin = '/api/users/signin'

const signedInAdmin = () => world.signedIn(admin)

test('a ban is felt at once, told, and undone', async () => {
  const boss = await signedInAdmin()
  const ann = await world.signedUp()
  expect((await boss.send('POST', `/api/users/${ann.id}/ban`)).status).toBe(204)
  expect((await boss.send('POST', `/api/users/${ann.id}/ban`)).status).toBe(204)
  expect(await refusal(await ann.send('GET', '/api/users/currentuser'))).toEqual([403, 'account_banned'])
  expect(await refusal(await ann.send('GET', '/api/users/sessions'))).toEqual([403, 'account_banned'])
  expect(await refusal(await ann.send('POST', '/api/users/refresh'))).toEqual([401, 'refresh_token_invalid'])
  const { email, password } = ann
  expect(await refusal(await world.visitor().send('POST', signin, { json: { email, password } }))).toEqual([
    403,
    'account_banned',
  ])
  expect(
    await refusal(await world.visitor().send('POST', signin, { json: { email, password: 'wrong horse' } })),
  ).toEqual([401, 'invalid_credentials'])
  expect((await boss.send('POST', `/api/users/${ann.id}/unban`)).status).toBe(204)
  expect((await world.signedIn(ann)).cookies.size).toBe(2)
  await world.accounts.relay.flush(ann.id)
  expect(world.published.filter(({ data }) => 'id' in data && data.id === ann.id)).toMatchObject([
    { type: 'user.banned', data: { version: 2 } },
    { type: 'user.unbanned', data: { version: 3 } },
  ])
})

// Guarantee: a sign-in during a ban is left without a session.
test('a ban between password and session leaves no session', async () => {
  let meanwhile = async () => {}
  const verify = async () => {
    await meanwhile()
    return true
  }
  const own = await createWorld({ hasher: { hash: async () => 'hash', verify } })
  const ann = await own.signedUp()
  meanwhile = async () => {
    await own.accounts.ban(ann.id, new Date())
    await own.sessions.endAll(ann.id)
  }
  const { email, password } = ann
  expect(await refusal(await own.visitor().send('POST', signin, { json: { email, password } }))).toEqual([
    403,
    'account_banned',
  ])
  expect(await own.db.collection('sessions').countDocuments({ userId: ann.id, endedAt: { $exists: false } })).toBe(0)
})

test('services learn of bans and erasures that tokens may outlive; nobody else learns anything', async () => {
  const boss = await signedInAdmin()
  const [ann, bob, eve] = [await world.signedUp(), await world.signedUp(), await world.signedUp()]
  await boss.send('POST', `/api/users/${ann.id}/ban`)
  await boss.send('POST', `/api/users/${eve.id}/ban`)
  await boss.send('POST', `/api/users/${eve.id}/unban`)
  await bob.send('DELETE', '/api/users/me', { json: { password: bob.password } })
  const ask = (headers: Record<string, string>) => world.visitor().send('GET', '/internal/bans', { headers })
  const denied = async () => {
    const { bans } = (await (await ask({ 'dapr-caller-app-id': 'orders' })).json()) as { bans: { userId: string }[] }
    return bans.map(({ userId }) => userId).filter((id) => [ann.id, bob.id, eve.id].includes(id))
  }
  expect((await denied()).toSorted()).toEqual([ann.id, bob.id].toSorted())
  await world.db.collection('accounts').updateMany({}, [{ $set: { bannedAt: { $subtract: ['$bannedAt', 906_000] } } }])
  expect(await denied()).toEqual([bob.id])
  for (const headers of [{}, { 'dapr-caller-app-id': 'web, orders' }, { 'dapr-caller-app-id': 'nobody' }])
    expect(await refusal(await ask(headers))).toEqual([404, 'not_found'])
})

test('payments alone asks whether somebody is banned, at this moment', async () => {
  const boss = await signedInAdmin()
  const ann = await world.signedUp()
  const ask = (id: string, app = 'payments') =>
    world.visitor().send('GET', `/internal/users/${id}`, { headers: { 'dapr-caller-app-id': app } })
  const isBanned = async (id: string) => await (await ask(id)).json()
  expect(await isBanned(ann.id)).toEqual({ isBanned: false })
  await boss.send('POST', `/api/users/${ann.id}/ban`)
  expect(await isBanned(ann.id)).toEqual({ isBanned: true })
  await boss.send('POST', `/api/users/${ann.id}/unban`)
  expect(await isBanned(ann.id)).toEqual({ isBanned: false })
  expect(await isBanned('665f1c2ab8d3c94f1e0a7b24')).toEqual({ isBanned: false })
  expect(await refusal(await ask(ann.id, 'web'))).toEqual([404, 'not_found'])
})

test('admins alone list and ban; ids of nobody are 404', async () => {
  const ann = await world.signedUp()
  for (const [method, path] of [
    ['GET', '/api/users'],
    ['POST', `/api/users/${ann.id}/ban`],
    ['POST', `/api/users/${ann.id}/unban`],
  ] as const) {
    expect(await refusal(await world.visitor().send(method, path))).toEqual([401, 'not_authenticated'])
    expect(await refusal(await ann.send(method, path))).toEqual([403, 'forbidden'])
  }
  const boss = await signedInAdmin()
  for (const id of [newId(), 'x', '$ne', ann.id.toUpperCase(), `${ann.id}0`])
    for (const verb of ['ban', 'unban'])
      expect(await refusal(await boss.send('POST', `/api/users/${id}/${verb}`))).toEqual([404, 'not_found'])
})

test('the list of accounts pages by cursor, newest first, without hashes or the erased', async () => {
  const own = await createWorld()
  const people = []
  for (let count = 0; count < 5; count++) people.push(await own.signedUp())
  const gone = await own.signedUp()
  await gone.send('DELETE', '/api/users/me', { json: { password: gone.password } })
  const boss = await own.signedIn(admin)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const answer = await boss.send('GET', `/api/users?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
    const text = await answer.text()
    expect(text).not.toMatch(/hash|argon2/i)
    const page = JSON.parse(text) as { users: { email: string; status: string }[]; nextCursor: string | null }
    expect(page.users.length).toBeLessThanOrEqual(2)
    seen.push(...page.users.map(({ email }) => email))
    cursor = page.nextCursor
  } while (cursor !== null)
  expect(seen).toEqual([...people.map(({ email }) => email).toReversed(), admin.email])
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'limit=1&limit=2'])
    expect(await refusal(await boss.send('GET', `/api/users?${query}`))).toEqual([400, 'request_validation'])
})

// Guarantee: there is always somebody who can ban and unban.
test('the last admin can neither be banned nor leave', async () => {
  const boss = await signedInAdmin()
  const { currentUser } = (await boss.currentUser()) as { currentUser: { id: string; role: string } }
  expect(currentUser.role).toBe('admin')
  expect(await refusal(await boss.send('POST', `/api/users/${currentUser.id}/ban`))).toEqual([403, 'forbidden'])
  expect(await refusal(await boss.send('DELETE', '/api/users/me', { json: { password: admin.password } }))).toEqual([
    403,
    'forbidden',
  ])
})
