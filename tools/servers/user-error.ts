/** A problem that the person at the keyboard can solve: the message is one sentence that says how. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** An unknown thrown value as a short text, for use within a sentence. */
export const reasonOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))
