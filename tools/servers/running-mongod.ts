import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from './user-error.ts'

/**
 * The address of the database of the marketplace that runs in `DATA_DIR`, or that `MONGODB_URI` names.
 * @throws UserError when none runs there
 */
export const databaseAddress = async (): Promise<string> => {
  if (process.env.MONGODB_URI) return process.env.MONGODB_URI
  const dataDir = process.env.DATA_DIR || '.data'
  const file = join(dataDir, 'run.json')
  if (!existsSync(file))
    throw new UserError(
      `No marketplace runs in ${dataDir}; start one with \`bun run up\`, or set DATA_DIR or MONGODB_URI.`,
    )
  const { mongod }: { mongod?: { port: number } } = JSON.parse(await readFile(file, 'utf8'))
  if (!mongod)
    throw new UserError(
      `The marketplace in ${dataDir} has its database elsewhere; set MONGODB_URI as it was set for it.`,
    )
  return `mongodb://127.0.0.1:${mongod.port}/?directConnection=true`
}
