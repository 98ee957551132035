const redrawEveryMs = 120
const printEveryMs = 5_000

export type Progress = {
  /** How far it is: `12 of 40 MB`. */
  at(detail: string): void
  /** Ends the line; with a text, it is what stays on the screen. */
  end(result?: string): void
}

type Screen = { isTTY?: boolean; columns?: number; write(text: string): unknown }

/** Shows the progress of a long piece of work: a line that changes on a terminal, a line every 5 s elsewhere. */
export const showProgress = (what: string, screen: Screen = process.stdout): Progress => {
  const startedAt = performance.now()
  let detail = ''
  let printed = ''
  const line = () => {
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    return `${what}${detail && `: ${detail}`}${seconds > 2 ? ` (${seconds} s)` : ''}`
  }
  const redraw = () => screen.write(`\r\x1b[2K${line().slice(0, Math.max(20, (screen.columns ?? 100) - 1))}`)
  const print = () => {
    const text = line()
    if (text !== printed) screen.write(`${text}\n`)
    printed = text
  }
  const timer = screen.isTTY ? setInterval(redraw, redrawEveryMs) : setInterval(print, printEveryMs)
  timer.unref()
  if (screen.isTTY) redraw()
  else print()
  return {
    at: (text) => {
      detail = text
    },
    end: (result) => {
      clearInterval(timer)
      if (screen.isTTY) screen.write('\r\x1b[2K')
      if (result) screen.write(`${result}\n`)
    },
  }
}

/** `12 of 40 MB`, or `12 MB` where the total is unknown. */
export const megabytes = (bytes: number, total?: number) =>
  `${Math.floor(bytes / 1e6)}${total ? ` of ${Math.ceil(total / 1e6)}` : ''} MB`
