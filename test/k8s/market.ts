import { controlOf } from '@fairpass/stripe-double/testing.ts'
import { MongoClient } from 'mongodb'
import { createClient } from '../chaos/client.ts'
import { createPeople } from '../chaos/people.ts'
import { mongodbPort, stripePort, webPort } from './deploy.ts'

/** The marketplace in the cluster, as the test reaches it: by the web app's address, and two doors behind it. */
export const marketAt = (node: string, jwtKey: string) => {
  const origin = `http://${node}:${webPort}`
  return {
    origin,
    jwtKey,
    client: createClient(origin),
    newPerson: createPeople(jwtKey),
    stripe: async () => controlOf(stripePort, node),
    database: async (name: string) => {
      const client = new MongoClient(`mongodb://${node}:${mongodbPort}/?directConnection=true`)
      return { db: client.db(name), close: () => client.close() }
    },
  }
}

export type Market = ReturnType<typeof marketAt>
