import { createMiddleware } from '@solidjs/start/middleware'
import { getRequestEvent } from 'solid-js/web'
import { handlePage } from './server/handle-page.ts'
import { serverContext } from './server/server-context.ts'

export default createMiddleware([
  async (_event, next) => {
    const event = getRequestEvent()
    if (event === undefined) throw new Error('The middleware runs outside a request')
    const context = serverContext()
    const answer = await context.handle(event.request, event.clientAddress)
    return answer ?? handlePage(event, context, next)
  },
])
