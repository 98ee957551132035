import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { createClient } from '../chaos/client.ts'
import { createUsers } from '../chaos/users.ts'
import { mailboxPort, mongodbPort, stripePort, webPort } from './deploy.ts'

/** The marketplace in the cluster, as the test reaches it: by the web app's address, and two doors behind it. */
export const connectMarketplace = (node: string, jwtKey: string) => {
  const origin = `http://${node}:${webPort}`
  return {
    origin,
    jwtKey,
    client: createClient(origin),
    newUser: createUsers(jwtKey),
    stripe: async () => controlOf(stripePort, node),
    mailsTo: async (email: string): Promise<{ subject: string; text: string }[]> => {
      const answer = await fetch(`http://${node}:${mailboxPort}/api/messages?to=${encodeURIComponent(email)}`)
      return ((await answer.json()) as { messages: { subject: string; text: string }[] }).messages
    },
    database: async (name: string) => {
      const client = new MongoClient(`mongodb://${node}:${mongodbPort}/?directConnection=true`)
      return { db: client.db(name), close: () => client.close() }
    },
  }
}

export type Marketplace = ReturnType<typeof connectMarketplace>
