const placeholderOrigin = 'http://fairpass.invalid'

/** A path of our own to go back to; anything that could leave this origin becomes `/`. */
export const safeNext = (next: string | null | undefined): string => {
  if (!next?.startsWith('/') || next.length > 2000) return '/'
  // Browsers read a backslash as a slash and drop tabs and line ends, so `/\evil.example` would be another host.
  if (/[\\\p{Cc}]/u.test(next) || next.startsWith('//')) return '/'
  if (!URL.canParse(next, placeholderOrigin)) return '/'
  const { origin, pathname, search } = new URL(next, placeholderOrigin)
  if (origin !== placeholderOrigin || pathname.startsWith('//') || pathname === '/api' || pathname.startsWith('/api/'))
    return '/'
  return pathname + search
}

export const reauthenticatePath = (next: string): string => `/reauthenticate?next=${encodeURIComponent(safeNext(next))}`

export const signInPath = (next: string, page = '/signin'): string => {
  const back = safeNext(next)
  return back === '/' ? page : `${page}?next=${encodeURIComponent(back)}`
}
