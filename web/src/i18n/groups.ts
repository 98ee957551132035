/** The texts beside those of every page, by what a page is about: a file of each language has each. */
export type MessageGroup = 'search' | 'market' | 'buying' | 'selling' | 'account' | 'earnings' | 'admin'

/** By the first part of a page's path; groups.test.ts sees that no page uses texts of another. */
export const groupsByPath: Readonly<Record<string, readonly MessageGroup[]>> = {
  '': ['search'],
  searches: ['search'],
  tickets: ['market'],
  orders: ['buying', 'market'],
  sales: ['buying', 'market'],
  sell: ['selling'],
  listings: ['selling', 'buying'],
  earnings: ['earnings', 'selling'],
  admin: ['admin', 'buying'],
  account: ['account', 'search'],
  signin: ['account'],
  signup: ['account'],
  signout: ['account'],
  reauthenticate: ['account'],
  'forgot-password': ['account'],
  'reset-password': ['account'],
  'confirm-email': ['account'],
  unsubscribe: ['account'],
}

/** Which texts a page needs beside those of every page. */
export const groupsOf = (pathname: string): readonly MessageGroup[] => {
  const first = pathname.split('/')[1] ?? ''
  return Object.hasOwn(groupsByPath, first) ? (groupsByPath[first] ?? []) : []
}
