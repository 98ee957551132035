import { createInvocation } from './invocation.ts'
import { createPublishing } from './publish.ts'
import { createReminders } from './reminders.ts'
import { createSidecar, type SidecarOptions } from './sidecar.ts'
import { createState } from './state.ts'

/**
 * The one seam between Fairpass and its sidecar: state with ETags, publishing, invocation, reminders, over Dapr's HTTP API.
 * Every call is bounded in time, carries the current trace, and fails with ServiceUnavailableError when the sidecar
 * or what stands behind it does not answer.
 */
export const createDapr = (options: SidecarOptions) => {
  const sidecar = createSidecar(options)
  const { fetchWithin } = sidecar

  return {
    ...createState(sidecar),
    ...createPublishing(sidecar),
    ...createInvocation(sidecar),
    ...createReminders(sidecar),

    /** True when the sidecar's outbound side is ready: components loaded, name resolution up. */
    isHealthy: async () => (await fetchWithin('healthz/outbound', {}, new Headers(), 1_000)).ok,

    /** True as long as there is a sidecar, ready or not. */
    isThere: () =>
      fetchWithin('healthz', {}, new Headers(), 1_000).then(
        () => true,
        () => false,
      ),
  }
}

export type Dapr = ReturnType<typeof createDapr>
