import { expect, test } from 'bun:test'
import { newId } from '../mongo/entity.ts'
import { event } from './events.ts'
import { applyEvent, composeHandlers, type EventHandlers } from './handlers.ts'

const banned = () => event('user.banned', { id: newId(), version: 2, at: new Date().toISOString() })

const noting = (notes: string[], note: string): EventHandlers => ({
  'user.banned': async () => void notes.push(note),
})

// Guarantee: a service that listens to bans itself still refuses the banned.
test('of two listeners to one event neither replaces the other', async () => {
  const notes: string[] = []
  const both = composeHandlers(noting(notes, 'deny list'), noting(notes, 'service'))
  await applyEvent(both, 'user.banned', banned())
  expect(notes).toEqual(['deny list', 'service'])
})

test('when the first fails the second waits for the next delivery', async () => {
  const notes: string[] = []
  const failing: EventHandlers = { 'user.banned': () => Promise.reject(new Error('the state store is away')) }
  await expect(applyEvent(composeHandlers(failing, noting(notes, 'service')), 'user.banned', banned())).rejects.toThrow(
    'away',
  )
  expect(notes).toEqual([])
})
