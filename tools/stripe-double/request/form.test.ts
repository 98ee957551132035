import { expect, test } from 'bun:test'
import { canonical, flag, list, metadata, only, parseForm, whole } from './form.ts'

test('nested brackets, lists with and without numbers', () => {
  const form = parseForm('a=1&metadata[order][x]=y&expand[]=one&expand[]=two&types[0]=card&created[gte]=5&q=a%20b%2Bc')
  expect(JSON.parse(canonical(form))).toEqual({
    a: '1',
    metadata: { order: { x: 'y' } },
    expand: { 0: 'one', 1: 'two' },
    types: { 0: 'card' },
    created: { gte: '5' },
    q: 'a b+c',
  })
  expect(list(form, 'expand')).toEqual(['one', 'two'])
})

test('names of the language are only names', () => {
  const form = parseForm('__proto__[polluted]=yes&constructor[prototype][polluted]=yes&metadata[__proto__]=value')
  expect(Object.keys(form)).toEqual(['__proto__', 'constructor', 'metadata'])
  expect(Object.hasOwn(metadata(form), '__proto__')).toBe(true)
  expect('polluted' in {}).toBe(false)
})

test.each([
  ['a deep name', () => parseForm(`a${'[b]'.repeat(9)}=1`)],
  ['too many pairs', () => parseForm('a=1&'.repeat(1_001))],
  ['an unknown name', () => only(parseForm('ammount=1'), ['amount'])],
  ['half a cent', () => whole(parseForm('amount=0.5'), 'amount')],
  ['a maybe', () => flag(parseForm('confirm=perhaps'), 'confirm')],
  ['51 metadata', () => metadata(parseForm(Array.from({ length: 51 }, (_, n) => `metadata[k${n}]=v`).join('&')))],
  ['a long metadata value', () => metadata(parseForm(`metadata[k]=${'v'.repeat(501)}`))],
])('%s is refused', (_, read) => {
  expect(read).toThrow(expect.objectContaining({ status: 400 }))
})
