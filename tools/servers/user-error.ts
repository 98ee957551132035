/** A problem that the person at the keyboard can solve: the message is one sentence that says how. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** An unknown thrown value as a short text, for use within a sentence. */
export const reasonOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))

/** Runs a command for a person: a mistake of theirs is reported in one sentence, any other error in full. */
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
