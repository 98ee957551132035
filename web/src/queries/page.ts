import { getRequestEvent } from 'solid-js/web'

export const respondNotFound = (): void => {
  const event = getRequestEvent()
  if (event) event.response.status = 404
}

/** Rendering threw: the page that would come of it is thrown away, see failed-page.ts. */
export const reportRenderError = (error: unknown): void => {
  const event = getRequestEvent()
  if (event === undefined) return
  event.locals.visit.failed = true
  console.error(error)
}
