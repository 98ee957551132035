// What a report in JUnit's form, which `bun test` writes, tells of tests that failed or were skipped.

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#10': '\n' }
const decodeEntities = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|apos|#10);/g, (_, name: string) => entities[name] ?? '')

const readAttribute = (attributes: string, name: string) =>
  decodeEntities(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? '?')

const titleOf = (attributes: string) => {
  const group = readAttribute(attributes, 'classname')
  const name = readAttribute(attributes, 'name')
  return `${readAttribute(attributes, 'file')}: ${group && group !== '?' ? `${group} > ` : ''}${name}`
}

/** `file: name` of each test that was skipped. */
export const skippedIn = (report: string): string[] =>
  [...report.matchAll(/<testcase ([^>]*[^/])>\s*<skipped/g)].map(([, attributes = '']) => titleOf(attributes))

const maxLines = 30

/** `failed: file: name` of each test that failed, and below it, indented, how many milliseconds it took and why it failed. */
export const failuresIn = (report: string, group: string): string[] =>
  [...report.matchAll(/<testcase ([^>]*[^/])>\s*<failure ([^>]*?)(?:\/>|>([^<]*)<)/g)].map(
    ([, attributes = '', failure = '', text]) => {
      const reason = decodeEntities(text ?? '').trim() || readAttribute(failure, 'message')
      const lines = [`${Math.round(Number(readAttribute(attributes, 'time')) * 1000)} ms`, ...reason.split('\n')]
      const indented = lines.filter((line) => line.trim()).map((line) => `    ${line.slice(0, 400)}`)
      return [`failed: ${titleOf(attributes)} (${group})`, ...indented.slice(0, maxLines)].join('\n')
    },
  )
