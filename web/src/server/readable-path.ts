const isReadable = (pathname: string): boolean => {
  try {
    // What is read is used, or the build would take out the reading.
    return decodeURI(pathname) !== ''
  } catch {
    return false
  }
}

/** An address of no page, which the framework knows how to say. */
const nowhere = '/not-found'

/** The request as the framework can take it: a path such as `/tickets/%` names nothing, and would end as an error of its own. */
export const withReadablePath = (request: Request): Request => {
  const url = new URL(request.url)
  return isReadable(url.pathname) ? request : new Request(new URL(nowhere, url), request)
}
