import { createHash, randomBytes } from 'node:crypto'
import { crockfordSymbols } from '@fairpass/sdk/values'

/** Without what looks like something else when written by hand (Crockford's base 32). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const count = 10
/** 120 bits: as much as needs no slow hash (OWASP ASVS 5.0, 6.5.2). */
const characters = 24

const newCode = () => [...randomBytes(characters)].map((byte) => alphabet[byte % 32]).join('')

export const newRecoveryCodes = (): string[] => Array.from({ length: count }, newCode)

/** In groups of six, to read and write. */
export const shownCode = (code: string): string => code.match(/.{6}/g)?.join('-') ?? code

/** As it was given, however it was typed. */
const plain = (typed: string) => crockfordSymbols(typed).join('').toLowerCase()

export const isRecoveryCode = (typed: string): boolean => plain(typed).length === characters

export const hashOfCode = (typed: string): string => createHash('sha256').update(plain(typed)).digest('hex')
