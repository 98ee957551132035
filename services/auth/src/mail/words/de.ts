import { deAccount } from './de-account.ts'
import { deSale } from './de-sale.ts'
import type { Words } from './wording.ts'

export const de: Words = {
  footer: 'Sie erhalten diese Mail wegen Ihres Kontos bei Fairpass.',
  unsubscribe: 'Keine solchen Mails mehr senden',
  letters: { ...deAccount, ...deSale },
}
