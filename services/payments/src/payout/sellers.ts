import { now as timeNow } from '@fairpass/sdk/clock'
import { VersionConflictError } from '@fairpass/sdk/errors'
import { type Collection, isDuplicateKey, openCollection } from '@fairpass/sdk/mongo'
import type { Db } from 'mongodb'
import type { ConnectPort, SellerAccount } from '../stripe/connect.ts'

/** A seller, and their account at Stripe. */
export type Seller = {
  id: string
  version: number
  accountId: string
  isReady: boolean
  isSubmitted: boolean
  due: string[]
  createdAt: Date
  updatedAt: Date
}

type Deps = {
  connect: ConnectPort
  /** the account can be paid into from now on */
  onReady: (sellerId: string) => Promise<void>
}

const isSame = (seller: Seller, { isReady, isSubmitted, due }: SellerAccount) =>
  seller.isReady === isReady && seller.isSubmitted === isSubmitted && seller.due.join() === due.join()

/** Stores the state of a seller's account at Stripe. */
const learn = async (
  documents: Collection<Seller>,
  onReady: Deps['onReady'],
  seller: Seller,
  reported: SellerAccount,
): Promise<Seller> => {
  if (isSame(seller, reported)) return seller
  const { isReady, isSubmitted, due } = reported
  try {
    const saved = await documents.replace(seller, { ...seller, isReady, isSubmitted, due, updatedAt: timeNow() })
    if (isReady && !seller.isReady) await onReady(seller.id)
    return saved
  } catch (error) {
    // Another request has just stored the same, or a later state.
    if (error instanceof VersionConflictError) return (await documents.find(seller.id)) ?? seller
    throw error
  }
}

export const openSellers = (db: Db, { connect, onReady }: Deps) => {
  const documents = openCollection<Seller>(db, 'sellers', {
    indexes: [{ key: { accountId: 1 }, name: 'account', unique: true }],
  })

  const refreshed = async (sellerId: string): Promise<Seller | undefined> => {
    const seller = await documents.find(sellerId)
    return seller && learn(documents, onReady, seller, await connect.account(seller.accountId))
  }

  return {
    ensureIndexes: documents.ensureIndexes,
    find: documents.find,

    /** The seller as Stripe sees them now; undefined for one who has no account. */
    refreshed,

    /** Handles a webhook about an account; an account of no seller here is ignored. */
    onAccountUpdated: async (accountId: string): Promise<void> => {
      const seller = await documents.findOne({ accountId })
      if (seller) await refreshed(seller.id)
    },

    /** The seller's account, opened at Stripe if there is none: one, however often and at how many places it is asked for. */
    open: async (sellerId: string, country: string | undefined): Promise<Seller> => {
      const known = await refreshed(sellerId)
      if (known) return known
      const { id: accountId, ...reported } = await connect.openAccount(sellerId, country)
      const now = timeNow()
      try {
        return await documents.insert({ id: sellerId, accountId, ...reported, createdAt: now, updatedAt: now })
      } catch (error) {
        const other = isDuplicateKey(error) ? await documents.find(sellerId) : undefined
        if (other) return other
        throw error
      }
    },
  }
}

export type Sellers = ReturnType<typeof openSellers>
