/** https://html.spec.whatwg.org/multipage/input.html#e-mail-state-(type=email), widened by letters of all scripts (RFC 6531). */
const localPart = /^[\p{L}\p{M}\p{N}\p{So}.!#$%&'*+/=?^_`{|}~-]+$/u
/** What only stands between quotes, such as `"ann lee"`: https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2 */
const quotedLocalPart = /^"((?:[^"\\\p{C}\p{Zl}\p{Zp}]|\\[\x20-\x7e])+)"$/u
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** SMTP's own bounds, in octets: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 */
const maxLocal = 64
const maxAddress = 254
const maxDomain = 253

const octets = (text: string): number => new TextEncoder().encode(text).length

/** Apostrophes that keyboards and word processors put for the one that addresses have. */
const apostrophes = /[\u2018\u2019\u02bc\uff07]/g

/**
 * A domain as DNS has it: `bücher.de` as `xn--bcher-kva.de`. The URL parser of every runtime knows how (UTS 46); what it
 * reads otherwise than as a name, such as an IPv4 address written with fewer numbers, is none here.
 */
const asciiDomain = (domain: string): string | undefined => {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return undefined
  const isPlain = /^[a-z0-9.-]+$/.test(domain) && !/(^|\.)xn--/.test(domain)
  const host = isPlain ? domain : URL.parse(`https://${domain}`)?.hostname
  if (!host || host.length > maxDomain) return undefined
  return host.split('.').every((one) => label.test(one)) ? host : undefined
}

/** A name in its one form: quotes go where they say nothing, since `"ann"` is `ann`. */
const readLocalPart = (text: string): string | undefined => {
  if (/\p{Default_Ignorable_Code_Point}/u.test(text)) return undefined
  const quoted = quotedLocalPart.exec(text)?.[1]?.replace(/\\(.)/g, '$1')
  const plain = quoted ?? text
  if (localPart.test(plain)) return plain
  return quoted === undefined ? undefined : `"${quoted.replace(/["\\]/g, '\\$&')}"`
}

/**
 * An address as an account is found by it: without case, look-alike forms folded (NFKC), the domain as DNS has it, so that
 * `ann@bücher.de` and `Ann@xn--bcher-kva.de` are one.
 * @returns undefined for what no mail can be sent to
 */
export const readEmail = (typed: string): string | undefined => {
  if (typed.length > 4 * maxAddress) return undefined
  const text = typed
    .replace(/^[\s\p{Default_Ignorable_Code_Point}]+|[\s\p{Default_Ignorable_Code_Point}]+$/gu, '')
    .replace(apostrophes, "'")
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
  const at = text.lastIndexOf('@')
  if (at < 1) return undefined
  const local = readLocalPart(text.slice(0, at))
  // The full stop of Chinese and Japanese keyboards.
  const domain = asciiDomain(text.slice(at + 1).replaceAll('\u3002', '.'))
  if (domain === undefined || local === undefined) return undefined
  const email = `${local}@${domain}`
  return octets(local) <= maxLocal && octets(email) <= maxAddress ? email : undefined
}
