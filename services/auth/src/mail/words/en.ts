import { enAccount } from './en-account.ts'
import { enSale } from './en-sale.ts'
import type { Words } from './wording.ts'

export const en: Words = {
  footer: 'You get this mail because of your account at Fairpass.',
  unsubscribe: 'Send me no more of these',
  letters: { ...enAccount, ...enSale },
}
