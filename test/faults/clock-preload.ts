// Loaded into every service before anything else (BUN_OPTIONS): the clock of the app that CLOCKS_FILE names is wrong by so
// many milliseconds, and may be set while it runs. What Bun itself measures by, the monotonic clock, stays right, as it does
// on a machine whose clock somebody sets.
import { readFileSync } from 'node:fs'

const { CLOCKS_FILE: file, APP_ID: app } = process.env

if (file && app) {
  const RealDate = Date
  let offMs = 0
  const read = () => {
    try {
      offMs = Number(JSON.parse(readFileSync(file, 'utf8'))[app] ?? 0)
    } catch {
      // It is being written.
    }
  }
  read()
  setInterval(read, 50).unref()
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(RealDate.now() + offMs).toString(),
    construct: (target, given, self) =>
      Reflect.construct(
        target,
        given.length === 0 ? [RealDate.now() + offMs] : given,
        self === globalThis.Date ? target : self,
      ),
    get: (target, key) => (key === 'now' ? () => RealDate.now() + offMs : Reflect.get(target, key)),
  })
}
