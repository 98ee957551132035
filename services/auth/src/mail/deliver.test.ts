import { afterAll, beforeEach, expect, test } from 'bun:test'
import { startMailbox } from '@fairpass/mailbox/testing'
import { newId } from '@fairpass/sdk/mongo'
import { createLog } from '@fairpass/sdk/telemetry'
import { testDatabase } from '@fairpass/servers/testing'
import type { Db } from 'mongodb'
import { type Addressee, createDelivery, type Deps } from './deliver.ts'
import { giveUpAfterMs, leaseMs, type Mail, messageIdOf } from './mail.ts'
import { createSmtpSender } from './smtp.ts'
import { type OwedMail, openMails } from './store.ts'

const publicOrigin = 'https://fairpass.example'
const mailbox = await startMailbox()
afterAll(() => mailbox.stop())

const hourMs = 3_600_000

const addressees = (mails: readonly Mail[], people: ReadonlyMap<string, Addressee>) => {
  const found = new Map<string, Addressee>()
  for (const { id, recipient: to } of mails) {
    const person = to && 'userId' in to ? people.get(to.userId) : undefined
    if (person) found.set(id, person)
    if (to && 'email' in to)
      found.set(id, { email: to.email, language: to.language ?? 'en', off: [], isBounced: false })
  }
  return found
}

/** @param timeoutMs as long as a busy machine may take; short where the server is meant to hang */
const createWorld = async (change: Partial<Deps> = {}, given?: Db, timeoutMs = 10_000) => {
  const db = given ?? (await testDatabase())
  const mails = openMails(db)
  await mails.ensureIndexes()
  let now = Date.now()
  const people = new Map<string, Addressee>()
  const bounced: string[] = []
  const used = new Set<string>()
  const url = mailbox.url
  const sender = createSmtpSender({
    url,
    from: { name: 'Fairpass', address: 'no-reply@fairpass.example' },
    publicOrigin,
    timeoutMs,
  })
  const delivery = createDelivery({
    mails,
    sender,
    log: createLog('auth', 'silent'),
    publicOrigin,
    findAddressees: async (mails) => addressees(mails, people),
    markBounced: async (userId) => void bounced.push(userId),
    openToken: async ({ id }) => (used.has(id) ? undefined : `token-of-${id}`),
    unsubscribeTokenOf: (userId, category) => `off-${userId}-${category}`,
    now: () => new Date(now),
    ...change,
  })
  const person = (rest: Partial<Addressee> = {}): string => {
    const userId = newId()
    const email = `${userId}@example.com`
    people.set(userId, { userId, email, language: 'en', off: [], isBounced: false, ...rest })
    return userId
  }
  const statuses = async () => (await db.collection('mails').find().toArray()).map(({ status }) => status).toSorted()
  return {
    ...{ db, mails, sender, delivery, person, people, bounced, used, statuses },
    pass: (ms: number) => {
      now += ms
    },
    owe: (...owed: OwedMail[]) => mails.owe(owed, { now: new Date(now) }),
    run: () => delivery.run(),
  }
}

const sale = (userId: string, orderId = newId()): OwedMail => ({
  kind: 'bought',
  cause: `order:${orderId}:completed:buyer`,
  to: { userId },
  data: {
    orderId,
    ticketId: newId(),
    title: 'An evening',
    startsAt: '2035-06-01T19:30:00Z',
    total: { cents: 8900, currency: 'eur' },
  },
})

const free = (userId: string): OwedMail => ({
  kind: 'free-again',
  cause: `line:${newId()}`,
  to: { userId },
  data: { ticketId: newId(), title: 'An evening' },
})

const arrived = (userId?: string) => mailbox.mailbox.list(userId && `${userId}@example.com`, 10_000)

beforeEach(() => {
  mailbox.faults.clear()
  mailbox.mailbox.clear()
})

// Guarantee: one mail for one cause, however often its event comes.
test('a cause has one mail, however often it is told, at once or after it was sent', async () => {
  const world = await createWorld()
  const ann = world.person()
  const owed = sale(ann)
  await Promise.all(Array.from({ length: 8 }, () => world.owe(owed)))
  await world.run()
  await world.owe(owed)
  await world.run()
  const [mail, ...others] = await arrived(ann)
  expect(others).toEqual([])
  expect(mail?.headers['message-id']).toBe(messageIdOf(owed.cause, publicOrigin))
  expect(mail?.headers['auto-submitted']).toBe('auto-generated')
  expect(mail?.headers['list-unsubscribe']).toBeUndefined()
  expect(mail?.attachments[0]?.text).toContain('DTSTART:20350601T193000Z')
})

test('of a mail that was sent nothing personal is left', async () => {
  const world = await createWorld()
  await world.owe({
    kind: 'account-erased',
    cause: 'user:1:erased',
    to: { email: 'gone@example.com', language: 'de' },
    data: {},
  })
  await world.run()
  expect(await arrived('gone')).toHaveLength(1)
  expect(JSON.stringify(await world.db.collection('mails').find().toArray())).not.toContain('gone')
})

// Guarantee: whoever sends may die at any point: what it had taken is sent by another, with the same Message-ID.
test('what a sender had taken when it died is sent when its lease is over', async () => {
  const world = await createWorld()
  const ann = world.person()
  await world.owe(sale(ann))
  expect(await world.mails.claim(new Date(), 5)).toHaveLength(1)
  await world.run()
  expect(await arrived(ann)).toEqual([])
  world.pass(leaseMs + 1_000)
  await world.run()
  expect(await arrived(ann)).toHaveLength(1)
})

// Guarantee: a clock that is set back delays no mail until it has caught up, and sends none twice.
test('after the clock was set back what is owed is sent, once', async () => {
  const world = await createWorld()
  const [ann, bob] = [world.person(), world.person()]
  await world.owe(sale(ann))
  expect(await world.mails.claim(new Date(Date.now() + 3 * hourMs), 5)).toHaveLength(1)
  await world.owe(sale(bob))
  world.pass(-hourMs)
  for (let run = 0; run < 3; run++) await world.run()
  expect([(await arrived(ann)).length, (await arrived(bob)).length]).toEqual([1, 1])
})

test('one whose lease was over decides nothing any more', async () => {
  const world = await createWorld()
  await world.owe(sale(world.person()))
  const [slow] = await world.mails.claim(new Date(), 1)
  const [quick] = await world.mails.claim(new Date(Date.now() + leaseMs + 1_000), 1)
  if (!slow || !quick) throw new Error('nothing was claimed')
  await world.mails.sent(slow, new Date())
  await world.mails.refuse(slow)
  await world.mails.release([slow], new Date())
  expect(await world.statuses()).toEqual(['owed'])
  expect(await world.mails.claim(new Date(Date.now() + leaseMs), 1)).toEqual([])
  await world.mails.sent(quick, new Date())
  expect(await world.statuses()).toEqual(['sent'])
})

test('an answer that was lost makes a double, which carries the same Message-ID', async () => {
  const world = await createWorld()
  const ann = world.person()
  await world.owe(sale(ann))
  mailbox.faults.add({ kind: 'lose-answer', count: 1 })
  await world.run()
  expect(await world.statuses()).toEqual(['owed'])
  world.pass(10_000)
  await world.run()
  const ids = (await arrived(ann)).map(({ headers }) => headers['message-id'])
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
  expect(await world.statuses()).toEqual(['sent'])
})

// Guarantee: of what cannot be written down as sent, and so is sent again, there is as little as can be.
test('while the database takes no notes no further mail goes out', async () => {
  const people = Array.from({ length: 60 }, () => newId())
  const plain = await createWorld()
  let isAway = true
  const sent: Deps['mails']['sent'] = (mail, at) =>
    isAway ? Promise.reject(new Error('no primary')) : plain.mails.sent(mail, at)
  const world = await createWorld({ mails: { ...plain.mails, sent } }, plain.db)
  for (const id of people)
    world.people.set(id, { userId: id, email: `${id}@example.com`, language: 'en', off: [], isBounced: false })
  await world.owe(...people.map((id) => sale(id)))
  await expect(world.run()).rejects.toThrow('no primary')
  const twice = (await arrived()).length
  // As many as are sent at once.
  expect(twice).toBeLessThan(10)
  isAway = false
  world.pass(leaseMs + 1_000)
  while ((await world.run()) === 'more');
  expect((await arrived()).length).toBe(people.length + twice)
  expect(new Set(await world.statuses())).toEqual(new Set(['sent']))
})

test('a note that an election broke is written at once, and nothing is sent again', async () => {
  const { db } = await createWorld()
  const mails = db.collection('mails')
  let notes = 0
  const updateMany: typeof mails.updateMany = async (filter, update, options) => {
    const isNote = !Array.isArray(update) && update.$set?.status === 'sent'
    if (isNote && ++notes === 1) throw new Error('not primary')
    return mails.updateMany(filter, update, options)
  }
  const breaking = { collection: () => Object.assign(Object.create(mails), { updateMany }) } as unknown as Db
  const world = await createWorld({ mails: openMails(breaking) }, db)
  const ann = world.person()
  await world.owe(sale(ann))
  await world.run()
  expect(notes).toBe(2)
  expect(await world.statuses()).toEqual(['sent'])
})

test.each(['hang', 'refuse', 'close', 'defer'] as const)(
  'a server that does %s for an hour gets every mail in the end, and is asked ever more rarely',
  async (kind) => {
    const asked: number[] = []
    const world = await createWorld({}, undefined, 300)
    const counting = createDelivery({
      ...{ mails: world.mails, log: createLog('auth', 'silent'), publicOrigin, concurrency: 1 },
      sender: {
        send: (mail) => {
          asked.push(clock)
          return world.sender.send(mail)
        },
      },
      findAddressees: async (mails) => addressees(mails, world.people),
      markBounced: async () => {},
      openToken: async () => 'token',
      unsubscribeTokenOf: () => 'off',
      now: () => new Date(clock),
    })
    let clock = Date.now()
    const ann = world.person()
    await world.owe(sale(ann))
    mailbox.faults.add({ kind })
    for (const end = clock + hourMs; clock < end; clock += 60_000) await counting.run()
    expect(asked.length).toBeWithin(5, 14)
    expect((asked.at(-1) ?? 0) - (asked.at(-2) ?? 0)).toBeGreaterThan(10 * 60_000)
    expect(await world.statuses()).toEqual(['owed'])
    mailbox.faults.clear()
    clock += hourMs
    await counting.run()
    expect(await arrived(ann)).toHaveLength(1)
  },
  60_000,
)

// Guarantee: connections are kept for moments, and what goes wrong on a kept one is as harmless as on a new one.
test.each(['hang', 'refuse', 'close', 'defer'] as const)(
  'a server that does %s on a connection that was kept gets the mail once it is well',
  async (kind) => {
    const world = await createWorld({}, undefined, 300)
    const ann = world.person()
    await world.owe(sale(ann))
    await world.run()
    expect(await arrived(ann)).toHaveLength(1)
    mailbox.faults.add({ kind })
    await world.owe(sale(ann))
    await world.run()
    expect(await world.statuses()).toEqual(['owed', 'sent'])
    mailbox.faults.clear()
    world.pass(60_000)
    await world.run()
    expect(await arrived(ann)).toHaveLength(2)
  },
  30_000,
)

test('nobody is tried for ever', async () => {
  const world = await createWorld()
  await world.owe(sale(world.person()))
  mailbox.faults.add({ kind: 'defer' })
  await world.run()
  world.pass(giveUpAfterMs + hourMs)
  await world.run()
  expect(await world.statuses()).toEqual(['given_up'])
})

test('an address that is refused is marked, and gets nothing more but what is asked for', async () => {
  const world = await createWorld()
  const ann = world.person()
  mailbox.faults.add({ kind: 'reject', to: `${ann}@example.com` })
  await world.owe(sale(ann))
  await world.run()
  expect(world.bounced).toEqual([ann])
  mailbox.faults.clear()
  world.people.set(ann, { userId: ann, email: `${ann}@example.com`, language: 'en', off: [], isBounced: true })
  await world.owe(sale(ann), { kind: 'reset-password', cause: 'reset:1', to: { userId: ann }, data: {} })
  await world.run()
  expect((await arrived(ann)).map(({ subject }) => subject)).toEqual(['Reset your password'])
  expect(await world.statuses()).toEqual(['refused', 'sent', 'withheld'])
})

test('nobody gets more than thirty in an hour; the rest comes later', async () => {
  const world = await createWorld({ concurrency: 1 })
  const ann = world.person()
  await world.owe(...Array.from({ length: 33 }, () => sale(ann)))
  await world.run()
  expect(await arrived(ann)).toHaveLength(30)
  world.pass(hourMs + 60_000)
  await world.run()
  expect(await arrived(ann)).toHaveLength(33)
}, 30_000)

// Guarantee: those who have had enough are put off together, and each only for as long as is left of an hour of their own.
test('what is put off together comes to each when their own hour is over', async () => {
  const world = await createWorld({ concurrency: 4 })
  const [ann, ben] = [world.person(), world.person()]
  const owe = (person: string, count: number) => world.owe(...Array.from({ length: count }, () => sale(person)))
  const counts = async () => [(await arrived(ann)).length, (await arrived(ben)).length]
  await owe(ann, 30)
  await world.run()
  world.pass(20 * 60_000)
  await owe(ben, 30)
  await world.run()
  await owe(ann, 5)
  await owe(ben, 5)
  await world.run()
  expect(await counts()).toEqual([30, 30])
  world.pass(41 * 60_000)
  await world.run()
  expect(await counts()).toEqual([35, 30])
  world.pass(20 * 60_000)
  await world.run()
  expect(await counts()).toEqual([35, 35])
}, 30_000)

test('nobody is flooded with links to reset a password', async () => {
  const world = await createWorld({ concurrency: 1 })
  const to = { email: 'ann@example.com' }
  await world.owe(
    ...Array.from({ length: 8 }, (_, n): OwedMail => ({ kind: 'reset-password', cause: `r:${n}`, to, data: {} })),
  )
  await world.run()
  expect(await mailbox.mailbox.list('ann@example.com')).toHaveLength(5)
  expect(await world.statuses()).toEqual([...Array(5).fill('sent'), ...Array(3).fill('withheld')])
})

test('what somebody switched off is not sent; what is not about a purchase ends with one click', async () => {
  const world = await createWorld()
  const [ann, ben] = [world.person({ off: ['waitlist'] }), world.person()]
  await world.owe(free(ann), free(ben))
  await world.run()
  expect(await arrived(ann)).toEqual([])
  const [mail] = await arrived(ben)
  expect(mail?.headers['list-unsubscribe']).toBe(`<${publicOrigin}/unsubscribe?token=off-${ben}-waitlist>`)
  expect(mail?.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click')
  expect(mail?.text).toContain(`${publicOrigin}/unsubscribe?token=off-${ben}-waitlist`)
})

test('to whom there is no more, and with a link that was used, nothing is sent', async () => {
  const world = await createWorld()
  await world.owe(sale(newId()), {
    kind: 'confirm-email',
    cause: 'confirm:1',
    to: { userId: world.person() },
    data: {},
  })
  for (const { _id } of await world.db.collection<{ _id: string }>('mails').find().toArray()) world.used.add(_id)
  await world.run()
  expect(await world.statuses()).toEqual(['withheld', 'withheld'])
  expect(await arrived()).toEqual([])
})

// Guarantee: several who send at once do not send one mail twice.
test('four hundred mails, sent by three at once, arrive once each', async () => {
  const db = await testDatabase()
  const worlds = [
    await createWorld({ concurrency: 16 }, db),
    await createWorld({ concurrency: 16 }, db),
    await createWorld({ concurrency: 16 }, db),
  ]
  const owed = Array.from({ length: 400 }, () => sale(worlds[0]?.person() ?? ''))
  for (const { people } of worlds.slice(1)) for (const [id, person] of worlds[0]?.people ?? []) people.set(id, person)
  await worlds[0]?.owe(...owed)
  // Who was slower with the same fifty has taken none of them, and looks again.
  for (let runs = 0; runs < 8; runs++) await Promise.all(worlds.map(({ run }) => run()))
  const ids = (await arrived()).map(({ headers }) => headers['message-id'])
  expect(ids.toSorted()).toEqual(owed.map(({ cause }) => messageIdOf(cause, publicOrigin)).toSorted())
}, 60_000)
