import { UserError } from '@fairpass/servers'

/** Runs a command of a person: what they did wrong is said in a sentence, and anything else with all that is known. */
export const runTool = async (work: () => Promise<void>): Promise<never> => {
  try {
    await work()
    process.exit(0)
  } catch (error) {
    const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
    console.error(error instanceof UserError || isUsage ? error.message : error)
    process.exit(1)
  }
}
