import { type RuntimeName, type Runtimes, root, UserError } from '@fairpass/servers'
import { type Image, images, shortName } from './catalogue.ts'

const answersWithinMs = 5_000

/** Whether a Docker daemon answers on this machine. */
export const dockerAnswers = async (): Promise<boolean> => {
  if (!Bun.which('docker')) return false
  const child = Bun.spawn(['docker', 'version', '--format', '{{.Server.Version}}'], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    timeout: answersWithinMs,
  })
  return (await child.exited) === 0
}

const argumentsOf = (image: Image, runtime: RuntimeName): string[] | undefined => {
  if (image.kind === 'server') return undefined
  if (image.kind === 'web') return ['-f', 'k8s/images/web.Dockerfile']
  const worker = image.worker ? ['--build-arg', `WORKER=${image.worker}`] : []
  return [
    '-f',
    'k8s/images/app.Dockerfile',
    '--build-arg',
    `ENTRY=${image.entry}`,
    '--build-arg',
    `RUNTIME=${runtime}`,
    ...worker,
  ]
}

/** Builds with the Dockerfiles. MongoDB and Redis are left out: where Docker is, their own images can be pulled. */
export const buildWithDocker = async (
  tag: string,
  only: (image: Image) => boolean,
  runtimeOf: Runtimes = () => 'bun',
): Promise<void> => {
  for (const image of images.filter(only)) {
    const given = argumentsOf(image, runtimeOf(shortName(image)))
    if (!given) continue
    const labels = ['--label', `org.opencontainers.image.title=${image.title}`]
    const command = ['docker', 'build', '-t', `${image.name}:${tag}`, ...labels, ...given, '.']
    const child = Bun.spawn(command, { cwd: root, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })
    if ((await child.exited) !== 0) throw new UserError(`${image.name} could not be built`)
    console.log(`${image.name}:${tag}`)
  }
}
