// `bun run k8s:test`: Fairpass on a real cluster with a real Dapr, told as a report.
import { root, UserError } from '@fairpass/servers'
import { readArguments } from '../arguments.ts'
import { findCluster, loadImages, nodeAddress } from './cluster.ts'
import {
  checkDapr,
  deploy,
  explain,
  kubectl,
  onDenoTag,
  removeDeployment,
  replicas,
  testNamespace,
  untilReady,
  webPort,
} from './deploy.ts'
import { checkManifests } from './manifests.ts'
import { connectMarketplace, type Marketplace } from './marketplace.ts'
import { appsOnDeno, checkRuntimes, moveToDeno } from './mixed.ts'
import { checkMoney, killEachKind } from './outages.ts'
import { banTakesEffect, everyPageIsUpdated, mailArrives, oneWinner } from './promises.ts'
import { directCallsAreRefused, unlistedAppsAreRefused } from './refusals.ts'
import { createReport, type Report, say } from './report.ts'
import { rollingPairs, rollingRestart } from './rolling.ts'
import { provideStorage, type Storage } from './storage.ts'

/** The demo, whose own report is part of this one. */
const demo = async ({ origin }: Marketplace): Promise<string> => {
  const child = Bun.spawn([process.execPath, 'tools/demo/main.ts', origin], {
    cwd: root,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error('the demo did not come to its end')
  return 'a ticket was sold, and an order ran out of time'
}

const mixedSale = async (market: Marketplace): Promise<string> => {
  await moveToDeno(appsOnDeno)
  await untilReady()
  const mixture = await checkRuntimes()
  return `${await demo(market)}; ${mixture}`
}

/** A promise by the name of its chapter, its title, and what shows that it is kept. */
type Chapter = [name: string, promise: string, proof: (market: Marketplace) => Promise<string>]

/** In this order, since what an earlier one did the later ones go through. */
const chapters: Chapter[] = [
  ['sale', 'A ticket is bought, and another order runs out of time', demo],
  ['winner', 'One ticket has one winner', oneWinner],
  ['mails', 'Mails are sent, once each, whichever replica owes them', mailArrives],
  ['pages', 'Every open page hears of a change, whichever replica it is at', everyPageIsUpdated],
  ['bans', 'A ban is felt by every replica within a second', banTakesEffect],
  ['refusals', 'A service called straight at its pod refuses', directCallsAreRefused],
  ['access', 'An app that the access list does not name is refused', unlistedAppsAreRefused],
  ['restarts', 'Every Deployment is restarted while people buy, and nobody notices', rollingRestart],
  ['pairs', 'Two Deployments are restarted at a time while people buy, and nobody notices', rollingPairs],
  ['kills', 'All of a kind are killed at once, one kind after the other, while people buy', killEachKind],
  ['mixed', 'A ticket is bought, and another order runs out of time, of services on both runtimes', mixedSale],
  ['money', 'After all this the money adds up', checkMoney],
]

const help = `bun run k8s:test [--only manifests|marketplace|CHAPTER,…] [--keep]

Deploys Fairpass to a cluster, three of everything, and shows that it keeps its promises there: a sale and an expiry, a
race for one ticket, who may call whom, a rolling restart under load, every part killed as a whole amid purchases, and a
sale with ${appsOnDeno.join(' and ')} on Deno. The cluster is the one of KUBECONFIG, which needs Dapr and the images (bun run images, and
bun run images ${appsOnDeno.join(' ')} --runtime deno --tag ${onDenoTag}); else kind or k3d makes one.
Its nodes' ports must be reachable from here; FAIRPASS_NODE names another address than the one a node tells.

  --only        manifests: check them against the API server; marketplace: all the rest; or these chapters of it:
                ${chapters.map(([name]) => name).join(', ')}
  --keep        leave the marketplace there, for a look`

const values = readArguments({ keep: { type: 'boolean', default: false }, only: { type: 'string', default: '' } }, help)

const known = ['', 'manifests', 'marketplace', ...chapters.map(([name]) => name)]
const chosen = values.only.split(',')
const isChosen = (name: string) => ['', 'marketplace', name].some((one) => chosen.includes(one))

const untilItAnswers = async (origin: string) => {
  const deadline = Date.now() + 30_000
  while (
    !(await fetch(`${origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline)
      throw new UserError(`${origin} does not answer; is the node's port ${webPort} reachable from here?`)
    await Bun.sleep(250)
  }
}

const live = async (report: Report, storage: Storage) => {
  const jwtKey = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
  const market = connectMarketplace(await nodeAddress(), jwtKey)
  const { chapter } = report
  const isUp = await chapter(`Everything is applied at once, and ${replicas} of each get ready`, async () => {
    const count = await deploy({ origin: market.origin, jwtKey })
    await untilReady()
    await untilItAnswers(market.origin)
    return `${count} resources, ${storage.told}, ${market.origin}`
  })
  if (!isUp) return say(await explain())
  for (const [name, promise, proof] of chapters) {
    if (!isChosen(name)) continue
    if (!(await chapter(promise, () => proof(market)))) say(await explain())
  }
}

const main = async (): Promise<number> => {
  const unknown = chosen.find((name) => !known.includes(name))
  if (unknown) throw new UserError(`There is no chapter ${unknown}; there are ${known.filter(Boolean).join(', ')}`)
  const cluster = await findCluster()
  say(`The cluster is that of ${cluster.source}`)
  const report = createReport()
  try {
    if (['', 'manifests'].some((one) => chosen.includes(one))) await checkManifests(report)
    if (values.only === 'manifests') return report.end()
    await checkDapr()
    if (await kubectl.exists('namespace', testNamespace)) {
      say(`The namespace ${testNamespace} is left from an earlier run and removed`)
      await removeDeployment()
    }
    if (cluster.load) say(`${await loadImages(cluster.load)} are in the cluster`)
    const storage = await provideStorage()
    const tidy = async () => {
      if (values.keep) return say(`Kept: namespace ${testNamespace}`)
      await removeDeployment()
      await storage.remove()
      say('Nothing is left behind')
    }
    const leave = () => void tidy().finally(() => process.exit(130))
    process.once('SIGINT', leave).once('SIGTERM', leave)
    await live(report, storage).finally(tidy)
    return report.end()
  } finally {
    if (!values.keep) await cluster.remove()
  }
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(error instanceof UserError ? error.message : error)
    console.log('0 passed, 1 failed')
    return 1
  }),
)
