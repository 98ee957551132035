import { primaryZone } from '@fairpass/sdk/values'
import { germanExonyms } from './german-exonyms.ts'

/**
 * Zones by region, for a list to choose from; Intl has them with the names of their largest cities, on some engines those of
 * long ago, as Calcutta. For the server.
 */
export const zonesByRegion = (): [region: string, zones: string[]][] => {
  const regions = new Map<string, string[]>()
  for (const zone of new Set(Intl.supportedValuesOf('timeZone').map(primaryZone).sort())) {
    const [region = ''] = zone.split('/', 1)
    if (zone.includes('/') && region !== 'Etc') regions.set(region, [...(regions.get(region) ?? []), zone])
  }
  return [...regions].sort(([one], [other]) => one.localeCompare(other))
}

/** Whether the list of a form has a zone by this very name. For the server. */
export const isListedZone = (zone: string): boolean =>
  zone === 'UTC' || zonesByRegion().some(([, zones]) => zones.includes(zone))

/** `Europe/Isle_of_Man` as `Isle of Man`. */
export const zoneName = (zone: string): string =>
  zone
    .slice(zone.indexOf('/') + 1)
    .replaceAll('_', ' ')
    .replaceAll('/', ', ')

/** Letters and digits alone, without their marks: `St. John’s` is `stjohns`. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()

/** The zone among those given that is named after a city, in English or in German. */
export const zoneOf = (city: string, zones: readonly string[]): string | undefined => {
  const typed = fold(city)
  if (typed === '') return undefined
  const wanted = fold(germanExonyms.find(([german]) => fold(german) === typed)?.[1] ?? city)
  return zones.find((zone) => fold(zone.slice(zone.lastIndexOf('/') + 1)) === wanted)
}

// Where Stripe opens accounts (https://stripe.com/global); which of them the platform may pay into, Stripe says.
const payoutCountryCodes =
  'AE AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GI GR HK HR HU IE IT JP LI LT LU LV MT MX MY NL NO NZ PL PT RO SE SG SI SK TH US'

/** The countries that a seller may be paid in, as their code and name, in the order of the names. */
export const payoutCountries = (locale: string): [code: string, name: string][] => {
  const names = new Intl.DisplayNames(locale, { type: 'region' })
  return payoutCountryCodes
    .split(' ')
    .map((code): [string, string] => [code, names.of(code) ?? code])
    .sort(([, one], [, other]) => one.localeCompare(other, locale))
}
