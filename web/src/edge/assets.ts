/** Where the build's files are: workers are given this as a binding. */
export type Files = { fetch: (request: Request) => Promise<Response> }

type Asset = { type?: string; etag?: string }
type Options = { find: (path: string) => Asset | undefined; isAsset: (path: string) => boolean }

/** Named by what is in them, so that they never change. */
const hashedPath = /^\/_build\/assets\//

/**
 * The build's files, with the type, the tag and the age that it knows of each: where they lie, nothing of that is known.
 * Undefined for what is no file of the build.
 */
export const createAssets =
  ({ find, isAsset }: Options) =>
  async (request: Request, files: Files | undefined): Promise<Response | undefined> => {
    const { pathname, origin } = new URL(request.url)
    if (!['GET', 'HEAD'].includes(request.method)) return undefined
    const asset = find(pathname)
    if (asset === undefined || files === undefined)
      return isAsset(pathname) ? new Response(null, { status: 404 }) : undefined
    const headers = new Headers({ 'x-content-type-options': 'nosniff' })
    if (asset.type) headers.set('content-type', asset.type)
    if (asset.etag) headers.set('etag', asset.etag)
    headers.set(
      'cache-control',
      hashedPath.test(pathname) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    )
    if (asset.etag && request.headers.get('if-none-match') === asset.etag)
      return new Response(null, { status: 304, headers })
    // Without the visitor's own conditions, which are of our tags and not of the store's.
    const { status, body } = await files.fetch(new Request(`${origin}${pathname}`, { method: request.method }))
    return status === 200 ? new Response(body, { headers }) : new Response(null, { status: 404 })
  }

export type Assets = ReturnType<typeof createAssets>
