import type { RuleName } from './rules.ts'

/** What does not keep a rule yet, and how far off it is: a list that only becomes shorter. */
export const exceptions: Readonly<Record<RuleName, Readonly<Record<string, number>>>> = {
  "cycles": {},
  "servicesApart": {},
  "folderFiles": {
    "test/load": 16
  },
  "fileLines": {
    "sdk/src/dapr/dapr.ts": 282,
    "sdk/src/mongo/collection.ts": 298
  },
  "functionLines": {
    "k8s/images/build.ts": 59,
    "sdk/src/dapr/dapr.ts": 201,
    "sdk/src/events/dead-letters.ts": 60,
    "sdk/src/events/subscriptions.ts": 82,
    "sdk/src/http/idempotency.ts": 86,
    "sdk/src/http/limiter.ts": 91,
    "sdk/src/identity/deny-list.ts": 61,
    "sdk/src/identity/identity.ts": 65,
    "sdk/src/mongo/collection.ts": 211,
    "sdk/src/service/run.ts": 64,
    "services/auth/src/account/store.ts": 168,
    "services/auth/src/mail/store.ts": 82,
    "services/auth/src/session/ending.ts": 54,
    "test/chaos/payment-ways.ts": 60,
    "test/e2e/fuzz-inputs.ts": 63,
    "test/load/arena.ts": 88,
    "tools/mailbox/smtp.ts": 64,
    "tools/stripe-double/connect/connect-api.ts": 59,
    "tools/stripe-double/connect/connect.ts": 54,
    "tools/stripe-double/connect/platform.ts": 102,
    "tools/stripe-double/control/control.ts": 60,
    "tools/stripe-double/control/state.ts": 80,
    "tools/stripe-double/openapi/check.ts": 87,
    "tools/stripe-double/payment/account.ts": 123,
    "tools/stripe-double/payment/api.ts": 88,
    "tools/stripe-double/request/idempotency.ts": 54,
    "tools/stripe-double/request/requests.ts": 65,
    "tools/stripe-double/storage.ts": 85,
    "tools/stripe-double/webhook/webhooks.ts": 108,
    "tools/up/processes/process-group.ts": 85,
    "tools/up/system.ts": 61
  },
  "interfaces": {},
  "screamingConstants": {},
  "vocabulary": {}
}
