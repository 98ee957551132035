/** Zones by region, for a list to choose from; Intl has them with the names of their largest cities. For the server. */
export const zonesByRegion = (): [region: string, zones: string[]][] => {
  const regions = new Map<string, string[]>()
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const [region = ''] = zone.split('/', 1)
    if (zone.includes('/') && region !== 'Etc') regions.set(region, [...(regions.get(region) ?? []), zone])
  }
  return [...regions].sort(([one], [other]) => one.localeCompare(other))
}

/** `Europe/Isle_of_Man` as `Isle of Man`. */
export const zoneName = (zone: string): string =>
  zone
    .slice(zone.indexOf('/') + 1)
    .replaceAll('_', ' ')
    .replaceAll('/', ', ')

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase()

/** The zone among those given that is named after a city. */
export const zoneOf = (city: string, zones: readonly string[]): string | undefined => {
  const wanted = fold(city)
  return wanted === '' ? undefined : zones.find((zone) => fold(zoneName(zone)).split(', ').at(-1) === wanted)
}
