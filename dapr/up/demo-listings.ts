import { keptSecret } from './data-folder.ts'

const email = 'demo-seller@fairpass.example'
const dayMs = 86_400_000
const answerWithinMs = 10_000

type Listing = readonly [
  title: string,
  venue: string,
  city: string,
  inDays: number,
  hour: number,
  price: string,
  about: string,
]

const listings: readonly Listing[] = [
  ['The Paper Lanterns: Slow Tide Tour', 'Rialto Hall', 'Lisbon', 9, 20, '4200 eur', 'Standing, front half.'],
  ['City Ballet: Swan Lake', 'Grand Opera House', 'Vienna', 12, 19, '8900 eur', 'Parterre left, row 7.'],
  [
    'Harbour United v Northgate Rovers',
    'Quayside Ground',
    'Liverpool',
    15,
    15,
    '5500 gbp',
    'Home end, two rows from the front.',
  ],
  ['An Evening of Chamber Music', 'St Anne Church', 'Copenhagen', 18, 19, '3100 eur', 'Unnumbered seats.'],
  ['Night Market Comedy', 'The Cellar', 'Manchester', 20, 21, '1800 gbp', 'A table for one, close to the stage.'],
  ['Open Air Cinema: The Long Way Home', 'Castle Meadow', 'Prague', 23, 21, '1400 eur', 'Bring a blanket.'],
  ['Velodrome Six Days', 'Winter Velodrome', 'Ghent', 27, 18, '3600 eur', 'Upper ring, opposite the finish.'],
  ['Juniper & the Radio', 'Warehouse 9', 'Berlin', 31, 20, '3900 eur', 'Standing.'],
  ['Improvised Shakespeare', 'Little Theatre', 'Edinburgh', 36, 19, '2200 gbp', 'Row C, on the aisle.'],
  ['Symphony No. 5 at Sunrise', 'Botanic Garden Pavilion', 'Barcelona', 44, 7, '2700 eur', 'Coffee included.'],
  ['Robot Football Finals', 'Exhibition Centre', 'Rotterdam', 58, 11, '1200 eur', 'For the whole day.'],
  ['Midwinter Jazz Weekend', 'Old Tram Depot', 'Oslo', 75, 17, '11500 eur', 'Both evenings.'],
]

/** Lists tickets to look at through the public API, as a seller that is made for it; does nothing when there are some. */
export const listDemoTickets = async (address: string, publicOrigin: string, dataDir: string) => {
  const call = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(`${address}${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', origin: publicOrigin, ...init.headers },
      signal: AbortSignal.timeout(answerWithinMs),
    })
  const credentials = JSON.stringify({ email, password: keptSecret(dataDir, 'demo-seller-password') })
  const signedUp = await call('/api/users/signup', { method: 'POST', body: credentials })
  const session = signedUp.ok ? signedUp : await call('/api/users/signin', { method: 'POST', body: credentials })
  if (!session.ok) throw new Error(`The demo seller could not sign in: ${await session.text()}`)
  const headers = {
    cookie: session.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; '),
  }

  const mine = await call('/api/tickets/mine?limit=1', { headers })
  const { tickets } = await mine.json()
  if (Array.isArray(tickets) && tickets.length > 0) return
  for (const item of listings) {
    const listed = await call('/api/tickets', { method: 'POST', headers, body: JSON.stringify(asTicket(item)) })
    if (!listed.ok) throw new Error(`A demo ticket could not be listed: ${await listed.text()}`)
  }
  console.log(`${listings.length} demo tickets are listed`)
}

const asTicket = ([title, venue, city, inDays, hour, price, description]: Listing) => {
  const [priceCents, currency] = price.split(' ')
  return { title, venue, city, startsAt: startsAt(inDays, hour), priceCents: Number(priceCents), currency, description }
}

const startsAt = (inDays: number, hour: number) => {
  const day = new Date(Date.now() + inDays * dayMs)
  day.setUTCHours(hour, 0, 0, 0)
  return day.toISOString()
}
