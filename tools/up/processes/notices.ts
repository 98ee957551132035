const quietForMs = 30_000
const longestText = 400
const mostRemembered = 1_000

type Kind = 'app' | 'sidecar' | 'server'

/** The name of a process decides how its log is read. */
export const kindOf = (name: string, appIds: ReadonlySet<string>): Kind =>
  appIds.has(name) ? 'app' : name.endsWith('-daprd') ? 'sidecar' : 'server'

/** What of a log line a person should read, or undefined: warnings and errors, and what an app says without JSON. */
export const worthReading = (line: string, kind: Kind, isStarting = false): string | undefined => {
  if (!line.trim()) return undefined
  const entry = line.startsWith('{') ? parseEntry(line) : undefined
  if (!entry) {
    if (kind === 'app') return line
    return kind === 'server' && /\b(error|fatal|failed|oom)\b/i.test(line) ? line : undefined
  }
  const severity = severityOf(entry)
  if (severity < leastSeverity(kind, isStarting)) return undefined
  const said = [entry.msg, entry.message].find((text) => typeof text === 'string' && text)
  const cause = typeof entry.err === 'string' ? entry.err : (textOf(entry.err) ?? textOf(entry.attr))
  return [said ?? line, cause].filter(Boolean).join(': ')
}

/**
 * Sidecars and servers report every lost connection, and so do apps that wait for them; it recovers, and their log files have
 * it.
 */
const leastSeverity = (kind: Kind, isStarting: boolean) => (kind === 'app' && !isStarting ? 40 : 60)

type Entry = Record<string, unknown>

const parseEntry = (line: string): Entry | undefined => {
  try {
    const entry: unknown = JSON.parse(line)
    return isEntry(entry) ? entry : undefined
  } catch {
    return undefined
  }
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string | undefined =>
  isEntry(value) ? String(value.message ?? value.error ?? '') || undefined : undefined

// MongoDB's one-letter errors are as rare as the fatal ones of others.
const severities: Record<string, number> = { warn: 40, warning: 40, error: 50, fatal: 60, panic: 60, E: 60, F: 60 }

/** pino's numbers for pino, Dapr and MongoDB alike. */
const severityOf = ({ level, s }: Entry) => (typeof level === 'number' ? level : (severities[String(level ?? s)] ?? 30))

/** Shows notices with their process's name; a repeated one is not shown again for a while. */
export const createNotices = (write: (line: string) => void) => {
  const shownAt = new Map<string, number>()
  return (name: string, text: string) => {
    const key = `${name} ${text.replace(/[0-9a-f]{6,}|\d+/gi, '#')}`
    const now = Date.now()
    if (now - (shownAt.get(key) ?? 0) < quietForMs) return
    if (shownAt.size >= mostRemembered) shownAt.clear()
    shownAt.set(key, now)
    write(`${name.padEnd(16)} ${text.slice(0, longestText)}`)
  }
}

/** Calls back with whole lines of a stream of chunks; a line without end is cut. */
export const byLine = (onLine: (line: string) => void) => {
  const decoder = new TextDecoder()
  let rest = ''
  return (chunk: Uint8Array) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (lines.pop() ?? '').slice(-65_536)
    lines.forEach(onLine)
  }
}
