// `bun run k8s:secrets`: what overlay local needs before it is applied, without a secret in any file.
import { parseArgs } from 'node:util'
import { runTool, UserError } from '@fairpass/servers'
import { createKubectl } from './kubectl.ts'
import { ensureJwtSecret, ensureSecrets } from './secrets.ts'

const help = `bun run k8s:secrets [--namespace fairpass]

Makes the namespace, and in it the secrets that overlay local needs and that are not there yet: a token for each app and
its sidecar, the password of Redis, and the key of the double of Stripe. Nothing that exists is changed.
The key that tokens are signed from is yours to make:

  kubectl create secret generic jwt-secret --from-literal=JWT_KEY=$(openssl rand -base64 32)`

await runTool(async () => {
  const { values } = parseArgs({
    options: { namespace: { type: 'string', default: 'fairpass' }, help: { type: 'boolean', default: false } },
  })
  if (values.help) return console.log(help)
  if (!Bun.which('kubectl')) throw new UserError('kubectl is not on the PATH.')
  const kubectl = createKubectl(values.namespace)
  if (!(await kubectl.exists('namespace', values.namespace))) {
    await kubectl.run(['create', 'namespace', values.namespace])
    console.log(`namespace ${values.namespace} made`)
  }
  const made = await ensureSecrets(kubectl)
  console.log(made.length > 0 ? `made: ${made.join(', ')}` : 'all secrets are there')
  const jwt = await ensureJwtSecret(kubectl, values.namespace)
  console.log(`jwt-secret ${jwt === 'there' ? 'is there' : 'taken over from your current namespace'}`)
})
