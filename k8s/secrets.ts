import { UserError } from '@fairpass/servers'
import { createKubectl, type Kubectl } from './kubectl.ts'

/** The only key that the double of Stripe lets in; it opens nothing else. */
const doubleKey = 'sk_test_fairpass_double'

const apps = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web']

const newSecret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')

/** What overlay local needs beside `jwt-secret`; a secret that is there already stays as it is. */
const needed = (): Record<string, Record<string, string>> => ({
  // What an app and its sidecar prove themselves to each other with, for each app its own.
  ...Object.fromEntries(apps.map((app) => [`${app}-token`, { token: newSecret() }])),
  // What uploaded tickets are sealed under: without it no file can be opened.
  'file-key': { FILE_KEY: newSecret() },
  redis: { password: newSecret() },
  // The mailbox of the cluster, which asks for no password.
  smtp: { SMTP_URL: 'smtp://mailbox:1025' },
  stripe: { STRIPE_SECRET_KEY: doubleKey, STRIPE_WEBHOOK_SECRET: newSecret() },
})

const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
})

/** Makes the missing secrets from random bytes and returns their names. The values are shown nowhere. */
export const ensureSecrets = async (kubectl: Kubectl): Promise<string[]> => {
  const made: string[] = []
  for (const [name, values] of Object.entries(needed())) {
    if (await kubectl.exists('secret', name)) continue
    await kubectl.create(secret(name, values))
    made.push(name)
  }
  return made
}

/** The key that tokens are signed from is the operator's to choose; one in the current namespace is taken over. */
export const ensureJwtSecret = async (kubectl: Kubectl, namespace: string): Promise<'there' | 'taken over'> => {
  if (await kubectl.exists('secret', 'jwt-secret')) return 'there'
  const { ok, stdout } = await createKubectl().ask(['get', 'secret', 'jwt-secret', '--output', 'json'])
  if (!ok)
    throw new UserError(
      `The secret jwt-secret is missing. Make it, and do this again:\n\n  kubectl --namespace ${namespace} create secret generic jwt-secret --from-literal=JWT_KEY=$(openssl rand -base64 32)\n`,
    )
  const { data } = JSON.parse(stdout)
  await kubectl.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'jwt-secret' }, data })
  return 'taken over'
}
