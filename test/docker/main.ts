// `bun run docker:test`: each Dockerfile is built, for Bun and for Deno, and each image of it runs and answers.
import { buildWithDocker, dockerAnswers, type Image, images, services, shortName } from '@fairpass/k8s'
import { type RuntimeName, reasonOf, run, UserError } from '@fairpass/servers'
import { provideBaseImages } from './base-images.ts'

const help = `bun run docker:test [NAME…]   builds the images (auth, web, …; all unless named) by their Dockerfiles, runs each, and asks it for /healthz
The services are built and run twice, on Bun and on Deno. Where no Docker answers it says so and passes by.`

/** An image as one build argument makes it. */
type Variant = { image: Image; runtime: RuntimeName }

const tagOf = ({ runtime }: Variant) => `docker-test-${runtime}`
const referenceOf = (variant: Variant) => `${variant.image.name}:${tagOf(variant)}`
const titleOf = ({ image, runtime }: Variant) => (runtime === 'deno' ? `${image.name} on Deno` : image.name)
const port = 4_000
const answersWithinMs = 30_000
const commandLimitMs = 30_000

const newKey = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')

/** Enough to start on; what it would talk to is not there, and it lives all the same. */
const environmentOf = (image: Image): Record<string, string> => {
  switch (shortName(image)) {
    case 'web':
      return { PORT: `${port}`, HOST: '0.0.0.0' }
    case 'stripe-double':
      return {
        HEALTH_PORT: `${port}`,
        STRIPE_HOST: '0.0.0.0',
        STRIPE_PORT: `${port}`,
        STRIPE_DATA_FILE: '/tmp/stripe.sqlite',
        STRIPE_WEBHOOK_URL: 'http://127.0.0.1:9/webhooks',
        STRIPE_WEBHOOK_SECRET: `whsec_${crypto.randomUUID()}`,
      }
    case 'mailbox':
      return { HEALTH_PORT: `${port}`, MAILBOX_HOST: '0.0.0.0', MAILBOX_PORT: `${port}`, MAILBOX_SMTP_PORT: '1025' }
    default:
      return {
        HOST: '0.0.0.0',
        APP_PORT: `${port}`,
        JWT_KEY: newKey(),
        FILE_KEY: newKey(),
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

/** Docker asks by the HEALTHCHECK only every ten seconds; the same command is asked at once. */
const isHealthyByItself = async (id: string) => {
  const healthcheck = await docker('inspect', '--format', '{{json .Config.Healthcheck.Test}}', id)
  const [kind, ...command]: string[] = JSON.parse(healthcheck) ?? []
  return kind === 'CMD' && (await run(['docker', 'exec', id, ...command], { timeoutMs: commandLimitMs })).ok
}

/** Runs as in a cluster: nothing of its own can be written, and it may do nothing that needs a capability. */
const runs = async (variant: Variant): Promise<string> => {
  const { image } = variant
  const environment = Object.entries(environmentOf(image)).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const limits = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
  const id = await docker(
    'run',
    '--detach',
    '--publish',
    `127.0.0.1::${port}`,
    ...limits,
    ...environment,
    referenceOf(variant),
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
    if (!(await isHealthyByItself(id))) throw new Error('its HEALTHCHECK says that it is not healthy')
    // The services tell at their start what they run on, so that an ignored argument is seen.
    const isService = services.includes(shortName(image))
    if (isService && !(await docker('logs', id)).includes(`"runtime":"${variant.runtime}`))
      throw new Error(`it does not run on ${variant.runtime}`)
    return 'answers /healthz, as its HEALTHCHECK says'
  } finally {
    await docker('rm', '--force', '--volumes', id)
  }
}

/** The services on both runtimes, all else on Bun. */
const variantsOf = (names: readonly string[]): Variant[] =>
  images
    .filter((image) => image.kind !== 'server' && (!names.length || names.includes(shortName(image))))
    .flatMap((image) => [
      { image, runtime: 'bun' as const },
      ...(services.includes(shortName(image)) ? [{ image, runtime: 'deno' as const }] : []),
    ])

const main = async (): Promise<string> => {
  const names = process.argv.slice(2)
  const variants = variantsOf(names)
  const unknown = names.find((name) => !variants.some(({ image }) => shortName(image) === name))
  if (unknown) throw new UserError(`There is no image "${unknown}"; "bun run docker:test --help" tells what is.`)
  if (!(await dockerAnswers())) {
    console.log('skipped: each Dockerfile is built, and its image answers /healthz (no Docker answers here)')
    return '0 passed, 0 failed, 1 skipped'
  }
  const made = await provideBaseImages()
  let [passed, failed] = [0, 0]
  try {
    for (const variant of variants)
      try {
        await buildWithDocker(
          tagOf(variant),
          (one) => one === variant.image,
          () => variant.runtime,
        )
        console.log(`passed: ${titleOf(variant)} is built by its Dockerfile, and ${await runs(variant)}`)
        passed++
      } catch (error) {
        console.log(`failed: ${titleOf(variant)}: ${reasonOf(error)}`)
        failed++
      }
  } finally {
    await run(['docker', 'image', 'rm', '--force', ...variants.map(referenceOf), ...made], {
      timeoutMs: commandLimitMs,
    })
  }
  return `${passed} passed, ${failed} failed`
}

if (process.argv.includes('--help')) console.log(help)
else {
  try {
    const result = await main()
    console.log(result)
    process.exit(result.includes(' 0 failed') ? 0 : 1)
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error)
    process.exit(1)
  }
}
