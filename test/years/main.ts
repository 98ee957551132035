// `bun run upgrade:test`: this version in place of the one before, part by part, while people buy; and back.
import { installPackages } from '../../tools/up/install.ts'
import { readArguments } from '../arguments.ts'

const help = `bun run upgrade:test [--from REF] [--without-web]
Starts a marketplace of the version before (REF, else the newest tag, else the commit that test/years/previous-version names),
fills it with purchases in every state, replaces each service and the web app by this tree's while people buy, waits until
all has settled and checks that the money adds up and nothing is sold twice; then replaces them back, and checks again.
--without-web spares building the web app of the version before.`

const given = readArguments({ from: { type: 'string' }, 'without-web': { type: 'boolean', default: false } }, help)
// In a checkout that was made or pulled just now they are missing, or those of the version before.
await installPackages()
const { findPrevious } = await import('./previous.ts')
const { upgradeUnderLoad } = await import('./upgrade.ts')
const previous = await findPrevious(given.from)
if (!previous) {
  console.error(
    `${given.from ?? 'The version before'} is not in this checkout; fetch it (git fetch --unshallow --tags), or name one with --from.`,
  )
  process.exit(1)
}
const begun = performance.now()
const { purchases, broken } = await upgradeUnderLoad({
  commit: previous.commit,
  withWeb: !given['without-web'],
  progress: (line) => console.log(`${Math.round((performance.now() - begun) / 1000)} s: ${line}`),
})
let failures = 0
for (const [way, invariants] of Object.entries(broken))
  for (const [invariant, wrong] of Object.entries(invariants)) {
    failures++
    console.log(`BROKEN ${invariant}, after the way to ${way}`)
    for (const sentence of wrong.slice(0, 10)) console.log(`       ${sentence}`)
  }
console.log(
  `${previous.name} → today → ${previous.name}: ${purchases} purchases, ${failures === 0 ? 'all invariants hold' : `${failures} invariants are broken`}`,
)
process.exit(failures === 0 ? 0 : 1)
