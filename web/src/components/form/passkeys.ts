import { startAuthentication, startRegistration } from '@simplewebauthn/browser'

const timeoutMs = 20_000

const post = async (path: string, body: unknown = {}): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  })

const optionsAt = async (path: string) => {
  const answer = await post(path)
  if (!answer.ok) throw new Error(`${answer.status}`)
  return (await answer.json()).options
}

/**
 * @param again whether a signed-in user authenticates again.
 * @returns whether that worked
 */
export const authenticate = async (again: boolean): Promise<boolean> => {
  try {
    const optionsJSON = await optionsAt(
      again ? '/api/users/reauthenticate/options' : '/api/users/signin/passkey/options',
    )
    const response = await startAuthentication({ optionsJSON })
    const answer = again
      ? await post('/api/users/reauthenticate', { passkey: response })
      : await post('/api/users/signin/passkey', { response })
    return answer.ok
  } catch {
    // Cancelled, or no usable passkey: the page says so.
    return false
  }
}

/** @returns whether there is a new passkey now; `again`: only a user who has just authenticated may add one */
export const register = async (name: string): Promise<'added' | 'again' | 'refused'> => {
  try {
    const asked = await post('/api/users/passkeys/options')
    if (asked.status === 403) return 'again'
    const response = await startRegistration({ optionsJSON: (await asked.json()).options })
    return (await post('/api/users/passkeys', { name, response })).ok ? 'added' : 'refused'
  } catch {
    return 'refused'
  }
}
