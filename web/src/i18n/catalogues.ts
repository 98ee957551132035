import { account as deAccount } from './de/account.ts'
import { admin as deAdmin } from './de/admin.ts'
import { buying as deBuying } from './de/buying.ts'
import { common as deCommon } from './de/common.ts'
import { earnings as deEarnings } from './de/earnings.ts'
import { market as deMarket } from './de/market.ts'
import { refusals as deRefusals } from './de/refusals.ts'
import { search as deSearch } from './de/search.ts'
import { selling as deSelling } from './de/selling.ts'
import { account } from './en/account.ts'
import { admin } from './en/admin.ts'
import { buying } from './en/buying.ts'
import { common } from './en/common.ts'
import { earnings } from './en/earnings.ts'
import { market } from './en/market.ts'
import { refusals } from './en/refusals.ts'
import { search } from './en/search.ts'
import { selling } from './en/selling.ts'
import type { Language } from './languages.ts'
import type { Messages } from './messages.ts'

/** With what only the server says, see error-message.ts. */
export type Catalogue = Messages & typeof refusals

/** Every language at once: for the server alone, a browser fetches what its page needs. */
export const catalogues: Record<Language, Catalogue> = {
  en: { ...common, ...search, ...market, ...buying, ...selling, ...account, ...earnings, ...admin, ...refusals },
  de: {
    ...{ ...deCommon, ...deSearch, ...deMarket, ...deBuying, ...deSelling },
    ...{ ...deAccount, ...deEarnings, ...deAdmin, ...deRefusals },
  },
}
