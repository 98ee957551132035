// Everybody at once, from a process of its own: reads a crowd from stdin, and writes each answer to stdout.
import { placeOrder } from './place-order.ts'

export type Crowd = { origin: string; ticketId: string; tokens: string[] }

const { origin, ticketId, tokens }: Crowd = await Bun.stdin.json()
const answers = await Promise.all(tokens.map((token) => placeOrder(origin, ticketId, token)))
await Bun.write(Bun.stdout, JSON.stringify(answers))
