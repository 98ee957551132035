import { Hono } from 'hono'
import { sidecarOnly } from '../http/app.ts'
import type { Log } from '../telemetry/log.ts'

type Actor = {
  /** Called when a reminder of the actor is due. True ends the reminder; false, or a throw, lets its period repeat it. */
  onReminder: (actorId: string, name: string) => Promise<boolean>
}

/**
 * Hosts actors for the sidecar, which keeps at most one of each id alive and calls it one request at a time. A reminder
 * is ended from inside by answering 200 with `X-DaprReminderCancel: true`; no other status ends it.
 */
export const actors = (byType: Record<string, Actor>, log: Log) =>
  new Hono()
    .get('/dapr/config', (c) =>
      c.json({
        entities: Object.keys(byType),
        actorIdleTimeout: '1m',
        drainOngoingCallTimeout: '5s',
        drainRebalancedActors: true,
      }),
    )
    .use('/actors/*', sidecarOnly)
    .put('/actors/:type/:id/method/remind/:name', async (c) => {
      const { type, id, name } = c.req.param()
      const actor = byType[type]
      if (!actor) return c.body(null, 404)
      try {
        const isDone = await actor.onReminder(id, name)
        return c.body(null, 200, isDone ? { 'X-DaprReminderCancel': 'true' } : {})
      } catch (error) {
        log.warn({ err: error, actor: `${type}/${id}` }, 'reminder not carried out; its period repeats it')
        return c.body(null, 500)
      }
    })
    .delete('/actors/:type/:id', (c) => c.body(null, 200))
