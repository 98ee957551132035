/** Polls until `isTrue`, at most `withinMs`, and returns the last value. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  isTrue: (seen: T) => boolean,
  withinMs = 15_000,
): Promise<T> => {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await ask().catch((error: unknown) => error)
    if (!(seen instanceof Error) && isTrue(seen as T)) return seen as T
    if (Date.now() > deadline)
      throw new Error(
        `not within ${withinMs} ms; last seen: ${seen instanceof Error ? seen.message : JSON.stringify(seen)}`,
      )
    await Bun.sleep(50)
  }
}
