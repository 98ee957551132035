import { ServiceUnavailableError } from '@fairpass/sdk/errors'
import type { ConnectPort } from '../stripe/connect.ts'
import type { Seller, Sellers } from './sellers.ts'

type Deps = { sellers: Sellers; connect: ConnectPort; publicOrigin: string }

const toShown = (seller: Seller | undefined) => ({
  status: seller === undefined ? ('none' as const) : seller.isReady ? ('ready' as const) : ('onboarding' as const),
  due: seller?.due ?? [],
})

/** A seller's account at Stripe, as the seller sees it. */
export const createOnboarding = ({ sellers, connect, publicOrigin }: Deps) => ({
  /** The account as Stripe has it now; as it last was, while Stripe does not answer. */
  statusOf: async (sellerId: string) => {
    try {
      return toShown(await sellers.refreshed(sellerId))
    } catch (error) {
      if (error instanceof ServiceUnavailableError) return toShown(await sellers.find(sellerId))
      throw error
    }
  },

  /**
   * Opens the seller's account if there is none, and returns the address of Stripe's onboarding.
   * @throws RequestValidationError for a country that Stripe does not pay in, ServiceUnavailableError
   */
  begin: async (sellerId: string, country: string | undefined) => {
    const seller = await sellers.open(sellerId, country)
    const back = { returnUrl: `${publicOrigin}/earnings`, refreshUrl: `${publicOrigin}/earnings?onboarding=again` }
    const { url, expiresAt } = await connect.link(seller.accountId, back)
    return { status: toShown(seller).status, url, expiresAt: expiresAt.toISOString() }
  },
})

export type Onboarding = ReturnType<typeof createOnboarding>
