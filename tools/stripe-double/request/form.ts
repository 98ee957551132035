import { missingParameter, parameterRefused } from '../errors.ts'

/** A decoded body or query. Lists are kept as entries named "0", "1", … so that one shape serves `a[b]`, `a[0]` and `a[]`. */
export type Form = {
  [name: string]: string | Form
}

const maxPairs = 1_000
const maxDepth = 8

const emptyForm = (): Form => Object.create(null)

/** `metadata[orderId]` → `['metadata', 'orderId']`. */
const pathOf = (name: string): string[] => {
  const [head = '', ...rest] = name.split('[')
  return [head, ...rest.map((part) => part.replace(/\]$/, ''))]
}

const place = (form: Form, path: string[], value: string) => {
  let branch = form
  path.forEach((part, index) => {
    const name = part === '' && index > 0 ? String(Object.keys(branch).length) : part
    if (index === path.length - 1) {
      branch[name] = value
      return
    }
    const existing = branch[name]
    const next = typeof existing === 'object' ? existing : emptyForm()
    branch[name] = next
    branch = next
  })
}

/** Decodes Stripe's `application/x-www-form-urlencoded` with nested brackets; also serves for query strings. */
export const parseForm = (encoded: string): Form => {
  const form = emptyForm()
  let pairs = 0
  for (const [name, value] of new URLSearchParams(encoded)) {
    pairs += 1
    const path = pathOf(name)
    if (pairs > maxPairs || path.length > maxDepth)
      throw parameterRefused('parameter_invalid', name, 'Invalid request.')
    place(form, path, value)
  }
  return form
}

/** The same parameters in another order are the same parameters. */
export const canonical = (form: Form): string =>
  JSON.stringify(form, (_, value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )

/** Stripe refuses what it doesn't know, so a misspelt parameter must not pass here either. */
export const only = (form: Form, known: readonly string[]) => {
  for (const name of Object.keys(form)) {
    if (!known.includes(name)) throw parameterRefused('parameter_unknown', name, `Received unknown parameter: ${name}`)
  }
}

export const text = (form: Form, name: string): string | undefined => {
  const value = form[name]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw parameterRefused('parameter_invalid', name, `Invalid string: ${name}`)
  return value
}

export const required = (form: Form, name: string): string => {
  const value = text(form, name)
  if (value === undefined) throw missingParameter(name)
  return value
}

export const whole = (form: Form, name: string): number | undefined => {
  const value = text(form, name)
  if (value === undefined) return undefined
  if (!/^-?\d{1,15}$/.test(value)) {
    throw parameterRefused('parameter_invalid_integer', name, `Invalid integer: ${value}`)
  }
  return Number(value)
}

export const flag = (form: Form, name: string): boolean | undefined => {
  const value = text(form, name)
  if (value === undefined) return undefined
  if (value !== 'true' && value !== 'false') {
    throw parameterRefused('parameter_invalid_boolean', name, `Invalid boolean: ${value}`)
  }
  return value === 'true'
}

export const oneOf = <T extends string>(form: Form, name: string, choices: readonly T[]): T | undefined => {
  const value = text(form, name)
  if (value === undefined) return undefined
  const choice = choices.find((each) => each === value)
  if (choice === undefined) {
    throw parameterRefused('parameter_invalid', name, `Invalid ${name}: must be one of ${choices.join(', ')}`)
  }
  return choice
}

export const branch = (form: Form, name: string): Form | undefined => {
  const value = form[name]
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string') throw parameterRefused('parameter_invalid', name, `Invalid object: ${name}`)
  return value
}

export const list = (form: Form, name: string): string[] =>
  Object.values(branch(form, name) ?? {}).filter((value) => typeof value === 'string')

const maxMetadataKeys = 50
const maxMetadataKeyLength = 40
const maxMetadataValueLength = 500

export const metadata = (form: Form): Record<string, string> => {
  const entries = Object.entries(branch(form, 'metadata') ?? {})
  if (entries.length > maxMetadataKeys) {
    throw parameterRefused('parameter_invalid', 'metadata', `Metadata can have up to ${maxMetadataKeys} keys.`)
  }
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (typeof value !== 'string' || value.length > maxMetadataValueLength || key.length > maxMetadataKeyLength) {
        throw parameterRefused(
          'parameter_invalid',
          `metadata[${key}]`,
          'Metadata keys have up to 40 characters, values are strings of up to 500.',
        )
      }
      return [key, value]
    }),
  )
}
