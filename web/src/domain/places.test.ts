import { expect, test } from 'bun:test'
import { zoneName, zoneOf, zonesByRegion } from './places.ts'

const zones = zonesByRegion().flatMap(([, all]) => all)

test('a city that gives a zone its name is found, however it is written', () => {
  expect(zoneOf('Vienna', zones)).toBe('Europe/Vienna')
  expect(zoneOf(' SÃO PAULO ', zones)).toBe('America/Sao_Paulo')
  expect(zoneOf('New York', zones)).toBe('America/New_York')
  expect(zoneOf('Nowhere', zones)).toBeUndefined()
  expect(zoneOf('', zones)).toBeUndefined()
})

test('every zone is one that Intl takes, under a name for people', () => {
  expect(zones.length).toBeGreaterThan(300)
  for (const timeZone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow()
  expect(zoneName('America/Argentina/Buenos_Aires')).toBe('Argentina, Buenos Aires')
})
