import { expect, spyOn, test } from 'bun:test'
import { germanExonyms } from './german-exonyms.ts'
import { zoneName, zoneOf, zonesByRegion } from './places.ts'

const zones = zonesByRegion().flatMap(([, all]) => all)

test('a city that gives a zone its name is found, however it is written', () => {
  expect(zoneOf('Vienna', zones)).toBe('Europe/Vienna')
  expect(zoneOf(' SÃO PAULO ', zones)).toBe('America/Sao_Paulo')
  expect(zoneOf('New York', zones)).toBe('America/New_York')
  expect(zoneOf('Nowhere', zones)).toBeUndefined()
  expect(zoneOf('', zones)).toBeUndefined()
})

test('a city is found whatever its name is punctuated with', () => {
  for (const city of ['St. Johns', 'St. John’s', 'st johns']) expect(zoneOf(city, zones)).toBe('America/St_Johns')
  expect(zoneOf('Port au Prince', zones)).toBe('America/Port-au-Prince')
  expect(zoneOf('Buenos Aires', zones)).toBe('America/Argentina/Buenos_Aires')
  expect(zoneOf('Hongkong', zones)).toBe('Asia/Hong_Kong')
  expect(zoneOf('?!', zones)).toBeUndefined()
})

test('a city is found by its German name', () => {
  expect(zoneOf('Wien', zones)).toBe('Europe/Vienna')
  expect(zoneOf('Brüssel', zones)).toBe('Europe/Brussels')
  expect(zoneOf('Peking', zones)).toBe('Asia/Shanghai')
  expect(zoneOf('Jerusalem', zones)).toBe('Asia/Jerusalem')
  for (const [german] of germanExonyms)
    expect({ german, zone: zoneOf(german, zones) ?? 'none' }).not.toEqual({ german, zone: 'none' })
})

// V8, on which Deno and workers run, still lists the names of the first edition of CLDR.
test('an engine that lists old names of zones offers those of today', () => {
  const listed = ['America/Buenos_Aires', 'Asia/Calcutta', 'Asia/Kolkata', 'Asia/Saigon', 'Europe/Kiev', 'Europe/Riga']
  const intl = spyOn(Intl, 'supportedValuesOf').mockReturnValue(listed)
  try {
    const offered = zonesByRegion().flatMap(([, all]) => all)
    expect(offered).toEqual([
      ...['America/Argentina/Buenos_Aires', 'Asia/Ho_Chi_Minh', 'Asia/Kolkata', 'Europe/Kyiv', 'Europe/Riga'],
    ])
    expect(zoneOf('Kiew', offered)).toBe('Europe/Kyiv')
    expect(zoneOf('Kalkutta', offered)).toBe('Asia/Kolkata')
  } finally {
    intl.mockRestore()
  }
})

test('every zone is one that Intl takes, under a name for people', () => {
  expect(zones.length).toBeGreaterThan(300)
  for (const timeZone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow()
  expect(zoneName('America/Argentina/Buenos_Aires')).toBe('Argentina, Buenos Aires')
})
