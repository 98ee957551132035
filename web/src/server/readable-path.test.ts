import { expect, test } from 'bun:test'
import { withReadablePath } from './readable-path.ts'

const pathOf = (path: string, init?: RequestInit) =>
  new URL(withReadablePath(new Request(`http://localhost:3000${path}`, init)).url).pathname

// Guarantee: an address that cannot be read is a page that is not there, as any other.
test.each(['/%', '/tickets/%', '/tickets/%zz', '/%ff%fe', '/tickets/%c3', '/%ed%a0%80', '/%c0%af'])(
  '%p is not found',
  (path) => expect(pathOf(path)).toBe('/not-found'),
)

test.each(['/', '/tickets/1', '/tickets/%C3%BC', '/a%2Fb', '/%F0%9F%98%80', '/?q=%'])('%p stays', (path) => {
  const request = new Request(`http://localhost:3000${path}`)
  expect(withReadablePath(request)).toBe(request)
})

test('a form that is sent there keeps its method', () => {
  const request = new Request('http://localhost:3000/tickets/%', { method: 'POST', body: 'a=b' })
  expect(withReadablePath(request).method).toBe('POST')
})
