import { createMiddleware } from '@solidjs/start/middleware'
import { getRequestEvent } from 'solid-js/web'
import { serverContext } from './server/server-context.ts'
import { visitPage } from './server/visit-page.ts'

export default createMiddleware([
  async (_event, next) => {
    const event = getRequestEvent()
    if (event === undefined) throw new Error('The middleware runs outside a request')
    const door = serverContext()
    const answer = await door.answer(event.request, event.clientAddress)
    return answer ?? visitPage(event, door, next)
  },
])
