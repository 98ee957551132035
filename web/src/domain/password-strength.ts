export type Strength = 'short' | 'weak' | 'fair' | 'strong'

const shortest = 8
const fairFrom = 10
const strongFrom = 14

/**
 * A rough word on how long a password takes to guess: only characters that are not foreseen by the two before them count,
 * neither repeated (`aaaa`, `abababab`) nor counted on (`1234`, `fedc`). No kind of character is asked for.
 */
export const passwordStrength = (password: string): Strength => {
  const points = [...password.normalize('NFKC').toLowerCase()].map((character) => character.codePointAt(0) ?? 0)
  if ([...password].length < shortest) return 'short'
  const isForeseen = (point: number, index: number) => {
    const [before = Number.NaN, last = Number.NaN] = [points[index - 2], points[index - 1]]
    return point === last || point === before || (Math.abs(point - last) === 1 && point - last === last - before)
  }
  const counted = points.filter((point, index) => !isForeseen(point, index)).length
  if (counted < fairFrom) return 'weak'
  return counted < strongFrom ? 'fair' : 'strong'
}
