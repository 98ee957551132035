import type { Guard } from '../guard.ts'

const service = 'sdk/src/http/app.ts'
const serviceTest = 'sdk/src/http/app.test.ts'
const internalTest = 'services/orders/src/internal.test.ts'

/** Who may call what: what is for services or sidecars alone is closed to everybody else. */
export const access: Guard[] = [
  {
    promise: 'access',
    name: 'a visitor chooses the app that answers, and who is said to call',
    out: [
      {
        file: 'web/src/gateway/headers.ts',
        text: "name.startsWith('dapr-') || name.startsWith('x-forwarded-')",
        by: "name.startsWith('x-forwarded-')",
      },
    ],
    test: {
      file: 'web/src/gateway/dapr.test.ts',
      name: 'a visitor’s dapr headers choose no app and forge no caller; its query and cookies pass',
    },
  },
  {
    promise: 'access',
    name: 'a visitor climbs to another path',
    out: [{ file: 'web/src/gateway/route.ts', text: 'plainSegment.test(segment) && ', by: '' }],
    test: { file: 'web/src/gateway/route.test.ts', name: '/api/tickets/a%2F..%2Finternal reaches nobody' },
  },
  {
    promise: 'access',
    name: 'any app may call what is internal',
    out: [
      {
        file: service,
        text: "if (!appIds.includes(c.req.header('dapr-caller-app-id') ?? '')) throw",
        by: 'if (appIds.length === 0) throw',
      },
    ],
    test: { file: serviceTest, name: 'what is internal is there for the named apps alone' },
  },
  {
    promise: 'access',
    name: 'a caller is believed who is named among others',
    out: [
      {
        file: service,
        text: "if (!appIds.includes(c.req.header('dapr-caller-app-id') ?? '')) throw",
        by: "if (!appIds.some((id) => c.req.header('dapr-caller-app-id')?.includes(id))) throw",
      },
    ],
    test: { file: serviceTest, name: 'what is internal is there for the named apps alone' },
  },
  {
    promise: 'access',
    name: 'tickets may settle orders',
    out: [
      {
        file: 'services/orders/src/internal-routes.ts',
        text: "'/internal/orders/:id/settle', onlyFrom('payments'), body",
        by: "'/internal/orders/:id/settle', body",
      },
    ],
    test: { file: internalTest, name: 'POST /internal/orders/ID/settle is for [ "payments" ] alone' },
  },
  {
    promise: 'access',
    name: 'tickets may settle several orders at once',
    out: [{ file: 'services/orders/src/internal-routes.ts', text: "    .use('*', onlyFrom('payments'))\n", by: '' }],
    test: { file: internalTest, name: 'POST /internal/orders/batch/settle is for [ "payments" ] alone' },
  },
  {
    promise: 'access',
    name: 'another app may tell events',
    out: [{ file: 'sdk/src/events/subscriptions.ts', text: "    .use('/events/*', sidecarOnly)\n", by: '' }],
    test: { file: internalTest, name: 'events come from the own sidecar, and from no other app' },
  },
  {
    promise: 'access',
    name: 'a service answers whoever reaches its port',
    out: [
      {
        file: service,
        text: "if (appToken && !sameText(c.req.header('dapr-api-token') ?? '', appToken))",
        by: 'if (appToken === undefined && sameText(c.req.path, c.req.method))',
      },
    ],
    test: { file: serviceTest, name: 'only the own sidecar is answered, and everybody about health' },
  },
  {
    promise: 'access',
    name: 'a service is not given the token of its sidecar',
    out: [
      {
        file: 'tools/up/environment.ts',
        text: '  APP_API_TOKEN: tokens.app,\n  DAPR_API_TOKEN: tokens.dapr,\n  ...(app.id',
        by: '  DAPR_API_TOKEN: tokens.dapr,\n  ...(app.id',
      },
    ],
    test: { file: 'test/e2e/identity.test.ts', name: 'a service called straight, without its sidecar, refuses' },
  },
  {
    promise: 'access',
    name: 'a page of another origin may change things',
    out: [
      {
        file: service,
        text: 'if (origin !== undefined && origin !== publicOrigin)',
        by: 'if (origin === publicOrigin && origin === undefined)',
      },
    ],
    test: { file: serviceTest, name: 'a page of another origin changes nothing, and may not even ask' },
  },
  {
    promise: 'access',
    name: 'anybody may speak for Stripe',
    out: [
      {
        file: 'services/payments/src/webhook/verify.ts',
        text: '        await checker.verifyHeaderAsync(body, signature, secret, toleranceSeconds, undefined, now().getTime())\n',
        by: '',
      },
    ],
    test: {
      file: 'services/payments/src/webhook/store.test.ts',
      name: 'a webhook with the secret of somebody else is refused and not kept',
    },
  },
  {
    promise: 'access',
    name: 'lists have what was never on sale',
    out: [{ file: 'services/tickets/src/domain/search.ts', text: ' || (hasNoFile && listedAt === undefined)', by: '' }],
    test: {
      file: 'services/tickets/src/search/search.test.ts',
      name: 'of what was withdrawn, by whomever, only what was on sale is found',
    },
  },
]
