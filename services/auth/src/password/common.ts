import { dictionary } from '@zxcvbn-ts/language-common'

const shortest = 8

let common: ReadonlySet<string> | undefined

const folded = (password: string) => password.normalize('NFKC').toLowerCase()

/** Passwords that leaks have shown to be used most, as far as they are long enough to be chosen here. Loaded when first asked. */
const commonPasswords = (): ReadonlySet<string> => {
  common ??= new Set(dictionary['passwords-common'].filter((password) => password.length >= shortest).map(folded))
  return common
}

/** Names that an attacker would try here (OWASP ASVS 5.0, 6.2.11). */
const contextual = ['fairpass']
const trailing = /[\d\W_]+$/u

/** Whether a password is among the most common ones, however it is written, or is the site's own name with a few digits. */
export const isCommonPassword = (password: string): boolean => {
  const text = folded(password)
  return commonPasswords().has(text) || contextual.includes(text.replace(trailing, ''))
}

export const commonPasswordCount = (): number => commonPasswords().size
