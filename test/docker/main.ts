// `bun run docker:test`: each Dockerfile is built, and each image of it runs and answers.
import { buildWithDocker, dockerAnswers, type Image, images } from '@fairpass/k8s'
import { reasonOf, run } from '@fairpass/servers'
import { provideBaseImages } from './base-images.ts'

const help = `bun run docker:test [NAME…]   builds the images (auth, web, …; all unless named) by their Dockerfiles, runs each, and asks it for /healthz
Where no Docker answers it says so and passes by.`

const tag = 'docker-test'
const port = 4_000
const answersWithinMs = 30_000
const commandLimitMs = 30_000

const shortName = ({ name }: Image) => name.replace('fairpass/', '')

/** Enough to start on; what it would talk to is not there, and it lives all the same. */
const environmentOf = (image: Image): Record<string, string> => {
  switch (shortName(image)) {
    case 'web':
      return { PORT: `${port}`, HOST: '0.0.0.0' }
    case 'stripe-double':
      return {
        STRIPE_HOST: '0.0.0.0',
        STRIPE_PORT: `${port}`,
        STRIPE_DATA_FILE: '/tmp/stripe.sqlite',
        STRIPE_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks',
        STRIPE_WEBHOOK_SECRET: `whsec_${crypto.randomUUID()}`,
      }
    default:
      return {
        HOST: '0.0.0.0',
        APP_PORT: `${port}`,
        JWT_KEY: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'),
        STRIPE_SECRET_KEY: `sk_test_${crypto.randomUUID()}`,
        STRIPE_WEBHOOK_SECRET: `whsec_${crypto.randomUUID()}`,
      }
  }
}

const docker = async (...args: string[]) => {
  const { ok, stdout, stderr } = await run(['docker', ...args], { timeoutMs: commandLimitMs })
  if (!ok) throw new Error(`docker ${args[0]}: ${stderr.trim()}`)
  return `${stdout}${stderr}`.trim()
}

const until = async (isTrue: () => Promise<boolean>) => {
  const deadline = Date.now() + answersWithinMs
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > deadline) return false
    await Bun.sleep(100)
  }
  return true
}

/** Runs as in a cluster: nothing of its own can be written, and it may do nothing that needs a capability. */
const runs = async (image: Image): Promise<string> => {
  const environment = Object.entries(environmentOf(image)).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const limits = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
  const id = await docker(
    'run',
    '--detach',
    '--publish',
    `127.0.0.1::${port}`,
    ...limits,
    ...environment,
    `${image.name}:${tag}`,
  )
  try {
    if (shortName(image) === 'replica-set') {
      // It has no address of its own: it looks for the mongod beside it, and goes on looking.
      const isLooking = await until(async () => (await docker('logs', id)).includes('mongod does not answer yet'))
      if (!isLooking) throw new Error(`it does not look for its mongod: ${await docker('logs', id)}`)
      return 'looks for its mongod'
    }
    const address = (await docker('port', id, `${port}`)).split('\n')[0]
    const isHealthy = await until(async () => (await fetch(`http://${address}/healthz`)).ok)
    if (!isHealthy) throw new Error(`/healthz is not answered: ${(await docker('logs', id)).slice(-2_000)}`)
    return 'answers /healthz'
  } finally {
    await docker('rm', '--force', '--volumes', id)
  }
}

const main = async (): Promise<string> => {
  if (!(await dockerAnswers())) {
    console.log('skipped: each Dockerfile is built, and its image answers /healthz (no Docker answers here)')
    return '0 passed, 0 failed, 1 skipped'
  }
  const names = process.argv.slice(2)
  const built = images.filter((image) => image.kind !== 'server' && (!names.length || names.includes(shortName(image))))
  const made = await provideBaseImages()
  let [passed, failed] = [0, 0]
  try {
    for (const image of built)
      try {
        await buildWithDocker(tag, (one) => one === image)
        console.log(`passed: ${image.name} is built by its Dockerfile, and ${await runs(image)}`)
        passed++
      } catch (error) {
        console.log(`failed: ${image.name}: ${reasonOf(error)}`)
        failed++
      }
  } finally {
    await run(['docker', 'image', 'rm', '--force', ...built.map(({ name }) => `${name}:${tag}`), ...made], {
      timeoutMs: commandLimitMs,
    })
  }
  return `${passed} passed, ${failed} failed`
}

if (process.argv.includes('--help')) console.log(help)
else {
  const result = await main()
  console.log(result)
  process.exit(result.includes(' 0 failed') ? 0 : 1)
}
