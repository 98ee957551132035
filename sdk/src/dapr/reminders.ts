import { now } from '../clock.ts'
import { failure, type Sidecar } from './sidecar.ts'

export const createReminders = ({ callJson }: Sidecar) => ({
  /**
   * Registers a reminder of an actor that this app hosts: due at once when `dueAt` has passed, then once a `period`.
   * The same name again replaces it.
   * @param period an ISO 8601 or Go duration, such as `2s`
   */
  registerReminder: async (
    actorType: string,
    actorId: string,
    name: string,
    dueAt: Date,
    period: string,
  ): Promise<void> => {
    const dueMs = Math.max(0, dueAt.getTime() - now().getTime())
    const path = `actors/${actorType}/${actorId}/reminders/${name}`
    const answer = await callJson('register reminder', path, 'POST', {
      dueTime: `${dueMs}ms`,
      period,
    })
    if (!answer.ok) throw failure(`register reminder ${actorType}/${actorId}/${name}`, answer)
  },
})
