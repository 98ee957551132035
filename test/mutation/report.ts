/** How one test ended, from bun's JUnit report. */
export type Ending = { outcome: 'passed' | 'failed' | 'skipped'; message: string }

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const plain = (text: string) =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) =>
    code ? String.fromCodePoint(Number(code)) : (entities[name ?? ''] ?? whole),
  )

const attribute = (tag: string, name: string) => plain(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

const endingOf = (body: string): Ending => {
  if (body.includes('<skipped')) return { outcome: 'skipped', message: '' }
  const failure = /<failure[^>]*>/.exec(body)?.[0]
  return failure ? { outcome: 'failed', message: attribute(failure, 'message') } : { outcome: 'passed', message: '' }
}

/** The ending of each test in a report, by its file and name. A `beforeAll` that failed leaves its tests out of it. */
export const readReport = (report: string) => {
  const endings = new Map<string, Ending>()
  const keyOf = (file: string, name: string) => `${file}\n${name}`
  for (const [, tag = '', body = ''] of report.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g))
    endings.set(keyOf(attribute(tag, 'file'), attribute(tag, 'name')), endingOf(body))
  return { of: (file: string, name: string) => endings.get(keyOf(file, name)) }
}
