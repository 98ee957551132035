import { type Figure, ratioOf, type Side } from '../figure.ts'
import { interleave, millisecondsOf, quantile, spreadOf } from '../interleave.ts'

const rounds = 10
const callsInRound = 120

const callOnce = async (call: () => Promise<Response>) => {
  const answer = await call()
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}

/** One after another, so that nothing waits for anything but the answer. */
const latencies = async (call: () => Promise<Response>): Promise<number[]> => {
  const measured: number[] = []
  while (measured.length < callsInRound) measured.push(await millisecondsOf(() => callOnce(call)))
  return measured
}

/** What service invocation adds: the same route at its app's own port, and by another app's sidecar. */
export const sidecar: Figure = {
  name: 'sidecar',
  title: "a ticket read by invocation through two sidecars, against the same route at the app's own port",
  measure: async (arena) => {
    const [ticketId] = await arena.listTickets(1)
    const path = `api/tickets/${ticketId}`
    const { a: invoked, b: direct } = await interleave({
      rounds,
      a: () => latencies(() => arena.invoke('orders', 'tickets', path)),
      b: () => latencies(() => arena.direct('tickets', path)),
    })
    const side = (what: string, measured: number[][], share: number): Side => ({
      what,
      unit: 'ms',
      spread: spreadOf(measured.map((round) => quantile(round, share))),
    })
    const [invoked50, direct50] = [side('invoked, p50', invoked, 0.5), side('direct, p50', direct, 0.5)]
    const [invoked99, direct99] = [side('invoked, p99', invoked, 0.99), side('direct, p99', direct, 0.99)]
    const added = (share: number, what: string): Side => ({
      what,
      unit: 'ms',
      spread: spreadOf(invoked.map((round, at) => quantile(round, share) - quantile(direct[at] ?? [], share))),
    })
    return {
      ratios: [
        { what: 'p50, invoked for direct', value: ratioOf(invoked50, direct50) },
        { what: 'p99, invoked for direct', value: ratioOf(invoked99, direct99) },
      ],
      sides: [invoked50, direct50, added(0.5, 'added, p50'), invoked99, direct99, added(0.99, 'added, p99')],
      broken: [],
    }
  },
}
