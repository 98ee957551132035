const maxRefusalBytes = 8192
const maxReasonLength = 500

/**
 * True when the sidecar itself answers, because it could not reach the service or did not let the call pass. Every
 * service says its errors in problem+json; Dapr says them in JSON with an `errorCode` or in plain text, and names apps
 * and addresses, so its answer never goes outside.
 */
export const isSidecarError = async (answer: Response): Promise<boolean> => {
  if (answer.status < 400) return false
  const type = answer.headers.get('content-type') ?? ''
  if (type.startsWith('application/problem+json')) return false
  if (answer.status >= 500) return true
  if (Number(answer.headers.get('content-length') ?? maxRefusalBytes) >= maxRefusalBytes) return false
  const said = await answer.clone().text()
  return said.includes('"errorCode":"ERR_') || (answer.status === 401 && said.trim() === 'invalid api token')
}

/** What Dapr says of it, for the log alone. */
export const sidecarReason = async (answer: Response): Promise<string> => {
  const text = await answer.text().catch(() => '')
  return `${answer.status} ${text}`.slice(0, maxReasonLength)
}
