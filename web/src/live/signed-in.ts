const renewMs = 5000

/**
 * Asks the API; where the access token has ended meanwhile, the page is asked for by its head alone, which renews the session
 * with its own key, and the API is asked once more. A visitor who is signed out by now is redirected to sign in.
 */
export const fetchSignedIn = async (path: string, init: RequestInit = {}): Promise<Response> => {
  const answer = await fetch(path, init)
  if (answer.status !== 401) return answer
  const here = window.location.pathname
  const page = await fetch(here, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(renewMs) })
  if (page.ok) return fetch(path, init)
  // A redirect, which leads to where one signs in.
  if (page.type === 'opaqueredirect') window.location.assign(here)
  return answer
}
