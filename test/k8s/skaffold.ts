import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, UserError } from '@fairpass/servers'
import Ajv from 'ajv'
import { check } from './report.ts'

const module = 'github.com/GoogleContainerTools/skaffold/v2@v2.16.1'
const downloadLimitMs = 180_000

type Skaffold = {
  apiVersion: string
  build: {
    artifacts: {
      docker: { dockerfile: string; buildArgs?: { ENTRY: string } }
      sync?: { manual: { src: string }[] }
    }[]
  }
  manifests: { kustomize: { paths: string[] } }
  profiles: { manifests: Skaffold['manifests'] }[]
}

const schemaOf = async (apiVersion: string) => {
  const { ok, stdout, stderr } = await run(['go', 'mod', 'download', '-json', module], { timeoutMs: downloadLimitMs })
  if (!ok) throw new UserError(`${module} cannot be had by \`go mod download\`: ${stderr || stdout}`)
  const file = `${apiVersion.replace('skaffold/', '')}.json`
  return Bun.file(join(JSON.parse(stdout).Dir, 'docs-v2/content/en/schemas', file)).json()
}

const filesOf = ({ build, manifests, profiles }: Skaffold) => [
  ...build.artifacts.flatMap(({ docker, sync }) => [
    docker.dockerfile,
    ...(docker.buildArgs ? [docker.buildArgs.ENTRY] : []),
    ...(sync?.manual.map(({ src }) => src.slice(0, src.indexOf('/**'))) ?? []),
  ]),
  ...[manifests, ...profiles.map((profile) => profile.manifests)].flatMap(({ kustomize }) => kustomize.paths),
]

/** As far as skaffold.yaml can be checked without skaffold: its own schema, and each file that it names. */
export const checkSkaffold = async (): Promise<string> => {
  const config = Bun.YAML.parse(await Bun.file(join(root, 'skaffold.yaml')).text()) as Skaffold
  // Its schema is draft 7 with keywords of its own for documentation.
  const validate = new Ajv({ strict: false, allErrors: true }).compile(await schemaOf(config.apiVersion))
  check(validate(config) === true, JSON.stringify(validate.errors?.slice(0, 5)))
  const files = filesOf(config)
  const lost = files.filter((file) => !existsSync(join(root, file)))
  check(lost.length === 0, `skaffold.yaml names what is not there: ${lost.join(', ')}`)
  return `${config.apiVersion} of ${module}, and ${files.length} files and folders that are there`
}
