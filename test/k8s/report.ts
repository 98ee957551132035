const startedAt = performance.now()

/** A line of the report, with the time since it began. */
export const say = (what: string) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${what}`)

/** Counts what is proven. A chapter that fails is reported, and the next one runs nevertheless. */
export const createReport = () => {
  const failed: string[] = []
  let passed = 0
  return {
    /** @param proof ends with a sentence of what was seen, and throws where the promise does not hold */
    chapter: async (promise: string, proof: () => Promise<string>): Promise<boolean> => {
      say(promise)
      const begun = performance.now()
      try {
        const seen = await proof()
        passed++
        say(`  holds, ${((performance.now() - begun) / 1000).toFixed(1)} s: ${seen}`)
        return true
      } catch (error) {
        failed.push(promise)
        say(`  FAILED: ${error instanceof Error ? error.message : error}`)
        return false
      }
    },
    end: (): number => {
      for (const promise of failed) console.log(`failed: ${promise}`)
      console.log(`${passed} passed, ${failed.length} failed`)
      return failed.length
    },
  }
}

export type Report = ReturnType<typeof createReport>

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

export const check = (isTrue: boolean, otherwise: string) => {
  if (!isTrue) throw new Error(otherwise)
}
