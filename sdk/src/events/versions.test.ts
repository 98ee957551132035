import { expect, test } from 'bun:test'
import { newId } from '../mongo/entity.ts'
import { dataSchemaOf, event, NewerEventError, parseEvent, shapeOf } from './events.ts'

// Guarantee: while a new version replaces the one before, service by service, each understands what the other says.

const banned = () => event('user.banned', { id: newId(), version: 2, at: new Date().toISOString() })
const ofShape = (shape: number) => ({ ...banned(), dataschema: `urn:fairpass:user.banned:${shape}` })

test('an event of a version that sent no shape is understood', () => {
  const told = banned()
  expect(parseEvent('user.banned', told)).toEqual(told)
})

test('a field that is not known here is ignored', () => {
  const told = banned()
  const newer = {
    ...told,
    dataschema: dataSchemaOf('user.banned'),
    data: { ...told.data, reason: 'spam' },
    tenant: 'x',
  }
  expect(parseEvent('user.banned', newer)).toEqual(told)
})

test('the shape after this one is read by what is known of it; one after that waits, and says for what', () => {
  expect(() => parseEvent('user.banned', ofShape(shapeOf('user.banned') + 1))).not.toThrow()
  expect(() => parseEvent('user.banned', ofShape(shapeOf('user.banned') + 2))).toThrow(NewerEventError)
  expect(() => parseEvent('user.banned', ofShape(9))).toThrow('user.banned has shape 9, and this version')
})

test('the end of a hold is understood as both versions say it', () => {
  const at = new Date().toISOString()
  const before = { ...event('expiration.due', { orderId: newId(), version: 1, dueAt: at }) }
  const now = event('expiration.due', { until: at, version: 1 })
  expect(dataSchemaOf('expiration.due')).toBe('urn:fairpass:expiration.due:2')
  for (const told of [before, now, { ...now, dataschema: dataSchemaOf('expiration.due') }])
    expect(parseEvent('expiration.due', told).data).toEqual(told.data)
})

test.each(['', 'https://elsewhere.example/schema', 'urn:fairpass:user.banned:x', 'urn:fairpass:order.created:9'])(
  'a schema that is none of ours says nothing: %p',
  (dataschema) => expect(() => parseEvent('user.banned', { ...banned(), dataschema })).not.toThrow(),
)
