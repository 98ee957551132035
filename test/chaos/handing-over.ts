import { drawnPng } from '@fairpass/tickets/testing'
import type { Client } from './client.ts'
import type { Outcome, Sellers } from './outcome.ts'
import type { User } from './users.ts'

type Deps = { client: Client; newUser: () => User; admin: User; sellers: Sellers }

/** Somebody asked for the file of an order, and what was answered. */
export type FileAnswer = { orderId: string; who: 'buyer' | 'seller' | 'stranger'; isLast: boolean; status: number }

/** A seller of these says nothing, and time passes. */
const isForgotten = ({ plan }: Outcome) => plan.handover === 'forgotten'

/** Asks for files, and keeps what was answered. */
const createFileQuestions = (client: Client) => {
  const fileAnswers: FileAnswer[] = []
  const askForFile = async (orderId: string, who: FileAnswer['who'], user: User, isLast = false) => {
    const { status } = await client.ask(user, 'GET', `/api/orders/${orderId}/file`)
    fileAnswers.push({ orderId, who, isLast, status })
  }
  return { fileAnswers, askForFile }
}

/** How tickets come to their buyers, what buyers claim, and who asks for files that are not theirs. */
export const createHandingOver = ({ client, newUser, admin, sellers }: Deps) => {
  const { fileAnswers, askForFile } = createFileQuestions(client)
  const post = (user: User, path: string, body: object, key: string) => client.ask(user, 'POST', path, body, key)

  return {
    fileAnswers,

    /** A ticket that is uploaded: a picture of a code that no other has. */
    upload: async (seller: User, ticketId: string): Promise<void> => {
      const picture = new Uint8Array(await drawnPng('qr', `CHAOS-${ticketId}`))
      const { status, body } = await client.send(seller, `/api/tickets/${ticketId}/file`, picture, 'image/png')
      if (status !== 201) throw new Error(`a ticket could not be uploaded: ${status} ${JSON.stringify(body)}`)
    },

    /** Before it is paid nobody gets it, its buyer least of all. */
    askTooEarly: (orderId: string, buyer: User) => askForFile(orderId, 'buyer', buyer),

    /** Once the money is where it belongs: sellers say that they have passed tickets on, buyers that they have them. */
    handOver: async (outcome: Outcome): Promise<string> => {
      const { plan, orderId, buyer, seller } = outcome
      if (plan.handover === 'file') {
        await askForFile(orderId, 'seller', seller)
        await askForFile(orderId, 'stranger', newUser())
      }
      if (plan.handover === 'file' || isForgotten(outcome)) return plan.handover
      const sent = await post(seller, `/api/orders/${orderId}/sent`, {}, `sent-${orderId}`)
      if (plan.handover === 'received') await post(buyer, `/api/orders/${orderId}/received`, {}, `received-${orderId}`)
      return `${plan.handover} ${sent.status}`
    },

    /** The buyer says that it did not work, the seller says something to it, and an admin decides. */
    claim: async ({ orderId, buyer, seller }: Outcome, isRefunded: boolean): Promise<string> => {
      const path = `/api/orders/${orderId}/claim`
      const made = await post(buyer, path, { reason: 'The gate said no' }, `claim-${orderId}`)
      if (made.status !== 200) return `no claim: ${made.status}`
      await post(seller, `${path}/answer`, { text: 'It was fine when I sent it' }, `answer-${orderId}`)
      const decision = { refund: isRefunded, reason: 'Decided by chance' }
      const { status } = await post(admin, `${path}/decision`, decision, `decision-${orderId}`)
      return `claim ${isRefunded ? 'refunded' : 'rejected'} ${status}`
    },

    /** At the end, when everybody has what is theirs. */
    askAtLast: async ({ plan, orderId, buyer }: Outcome): Promise<void> => {
      if (plan.handover !== 'file') return
      await askForFile(orderId, 'buyer', buyer, true)
      await askForFile(orderId, 'seller', plan.isSellerReady ? sellers.ready : sellers.unready, true)
    },
  }
}

export type HandingOver = ReturnType<typeof createHandingOver>
