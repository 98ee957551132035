// `bun run dead-letters`: shows the events that were given up, and has them applied again.
import { parseArgs } from 'node:util'
import type { DeadLetter } from '@fairpass/sdk/events'
import { databaseAddress, UserError } from '@fairpass/servers'
import { type Collection, MongoClient } from 'mongodb'

const help = `bun run dead-letters [list] [--service NAME]          events that were given up, oldest first
bun run dead-letters replay ID [--service NAME]     has one applied again, and waits for what comes of it
bun run dead-letters replay --all [--service NAME]  has all of them applied again

An event that a service could not apply on any of its tries is kept in that service's database; mend the cause, then
replay it. Applying one that was applied after all changes nothing. The marketplace is the one of DATA_DIR (by default
.data), or the one whose database MONGODB_URI names; the service must be running for a replay.`

const services = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const
type Service = (typeof services)[number]
type Letter = DeadLetter & { service: Service }
type Command = { name: 'list' } | { name: 'replay'; id?: string }

const atMost = 1_000
const connectMs = 3_000
/** How long a service may show no progress before it counts as absent. Its loop polls every five seconds. */
const silenceMs = 10_000
const pollEveryMs = 200

const usage = (reason: string) => new UserError(`${reason}\n\n${help}`)

const options = { service: { type: 'string' }, all: { type: 'boolean' }, help: { type: 'boolean' } } as const

const readArguments = (args: string[]) => {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

const readCommand = ([name = 'list', id, ...rest]: string[], all: boolean): Command => {
  if (rest.length > 0) throw usage(`"${rest[0]}" is one too many.`)
  if (name === 'list' && id === undefined && !all) return { name }
  if (name === 'replay' && (id === undefined) === all) return { name, ...(id === undefined ? {} : { id }) }
  throw usage(name === 'replay' ? 'Name one letter by its ID, or --all.' : `"${name}" is not known here.`)
}

const chosen = (name: string | undefined): readonly Service[] => {
  if (name === undefined) return services
  const found = services.find((service) => service === name)
  if (!found) throw usage(`There is no service "${name}"; there are ${services.join(', ')}.`)
  return [found]
}

const connect = async (): Promise<MongoClient> => {
  const client = new MongoClient(await databaseAddress(), {
    serverSelectionTimeoutMS: connectMs,
    connectTimeoutMS: connectMs,
    socketTimeoutMS: silenceMs,
  })
  try {
    return await client.connect()
  } catch {
    // The address may hold a password, and the driver's own message names it.
    throw new UserError('The database of the marketplace does not answer; is it running? (DATA_DIR, MONGODB_URI)')
  }
}

const lettersOf = (client: MongoClient, service: Service): Collection<DeadLetter> =>
  client.db(service).collection('deadLetters')

const find = async (client: MongoClient, among: readonly Service[], id?: string): Promise<Letter[]> => {
  const found = await Promise.all(
    among.map(async (service) => {
      const letters = lettersOf(client, service).find(id === undefined ? {} : { _id: id })
      return (await letters.sort({ at: 1 }).limit(atMost).toArray()).map((letter) => ({ ...letter, service }))
    }),
  )
  return found.flat().sort((one, other) => one.at.getTime() - other.at.getTime())
}

const ageOf = ({ at }: Letter): string => {
  const seconds = Math.max(0, Math.round((Date.now() - at.getTime()) / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`
}

const reasonOf = ({ failure, replay, service }: Letter) =>
  replay ? 'to be applied again' : (failure ?? `reason not known; see the log of ${service}`)

const rowOf = (letter: Letter) => `${letter.service.padEnd(10)}  ${letter.type.padEnd(18)}  ${letter._id}`

const list = (letters: Letter[]) => {
  if (letters.length === 0) return console.log('No dead letters: every event was applied.')
  for (const letter of letters) console.log(`${rowOf(letter)}  ${ageOf(letter).padStart(7)}  ${reasonOf(letter)}`)
  console.log('\nbun run dead-letters replay ID (or --all) has them applied again.')
}

type Outcome = { isApplied: boolean; text: string }

/** Undefined while the service has not recorded an outcome. */
const outcomeOf = (now: DeadLetter | null): Outcome | undefined => {
  if (!now) return { isApplied: true, text: 'applied' }
  return now.failure === undefined ? undefined : { isApplied: false, text: `failed again: ${now.failure}` }
}

const silence = (now: DeadLetter | null, service: Service): Outcome => ({
  isApplied: false,
  text: now?.replay
    ? `${service} has not taken it up; it stays marked, and is applied when ${service} runs`
    : `${service} took it up and has not said what came of it; see its log, then replay it again`,
})

/** Marks all, then waits for each in turn: a service applies its oldest first, too. */
const replay = async (client: MongoClient, letters: Letter[]): Promise<boolean> => {
  for (const { service, _id } of letters)
    await lettersOf(client, service).updateOne({ _id }, { $set: { replay: true }, $unset: { failure: '' } })
  const silent = new Set<Service>()
  let areAllApplied = true
  for (const letter of letters) {
    const deadline = Date.now() + (silent.has(letter.service) ? 0 : silenceMs)
    const look = () => lettersOf(client, letter.service).findOne({ _id: letter._id })
    let now = await look()
    for (; !outcomeOf(now) && Date.now() < deadline; now = await look()) await Bun.sleep(pollEveryMs)
    if (!outcomeOf(now)) silent.add(letter.service)
    const { isApplied, text } = outcomeOf(now) ?? silence(now, letter.service)
    console.log(`${rowOf(letter)}  ${text}`)
    areAllApplied &&= isApplied
  }
  return areAllApplied
}

/** @returns whether all of it succeeded */
const main = async (): Promise<boolean> => {
  const { values, positionals } = readArguments(process.argv.slice(2))
  if (values.help) {
    console.log(help)
    return true
  }
  const command = readCommand(positionals, values.all ?? false)
  const among = chosen(values.service)
  const client = await connect()
  try {
    if (command.name === 'list') {
      list(await find(client, among))
      return true
    }
    const letters = await find(client, among, command.id)
    if (letters.length === 0 && command.id !== undefined)
      throw new UserError(`There is no dead letter ${command.id}; \`bun run dead-letters\` lists what there is.`)
    if (letters.length === 0) list(letters)
    return await replay(client, letters)
  } finally {
    await client.close()
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  console.error(error instanceof UserError ? error.message : error)
  process.exitCode = 1
}
