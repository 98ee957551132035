import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metrics } from '@fairpass/sdk/telemetry'
import { findPrometheus, run } from '@fairpass/servers'
import * as v from 'valibot'
import '../services/auth/src/mail/metrics.ts'
import '../services/orders/src/metrics.ts'
import '../services/payments/src/metrics.ts'
import '../web/src/server/observe-request.ts'

const root = join(import.meta.dir, '..')
const folder = join(root, 'k8s/components/observe')
const alertsFile = join(folder, 'alerts.yaml')
const read = (path: string) => Bun.file(join(root, path)).text()

const Rules = v.object({
  groups: v.array(
    v.object({
      rules: v.array(
        v.object({
          alert: v.string(),
          expr: v.string(),
          labels: v.object({ severity: v.picklist(['critical', 'warning']) }),
          annotations: v.object({ summary: v.string(), description: v.string(), runbook: v.string() }),
        }),
      ),
    }),
  ),
})
const Dashboard = v.object({
  panels: v.array(v.object({ title: v.string(), targets: v.array(v.object({ expr: v.string() })) })),
})

const alerts = v.parse(Rules, Bun.YAML.parse(await Bun.file(alertsFile).text())).groups.flatMap(({ rules }) => rules)
const { panels } = v.parse(Dashboard, await Bun.file(join(folder, 'dashboard.json')).json())
const expressions = [
  ...alerts.map(({ expr }) => expr),
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
]

/** What the process itself is measured by; test/e2e/logs.test.ts sees it. */
const ofTheProcess = ['process_start_time_seconds', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']

const Kept = v.object({ name: v.string(), labelNames: v.array(v.string()) })
const known = new Map<string, readonly string[]>(ofTheProcess.map((name) => [name, []]))
for (const metric of metrics.getMetricsAsArray()) {
  const { name, labelNames } = v.parse(Kept, metric)
  for (const suffix of ['', '_bucket', '_count', '_sum']) known.set(`${name}${suffix}`, labelNames)
}

test('whatever a panel or an alert looks at is measured, by labels that it has', () => {
  const used = expressions.flatMap((expr) => [...expr.matchAll(/\b((?:fairpass|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)])
  expect(used.length).toBeGreaterThan(40)
  for (const [, name = '', matchers = ''] of used) {
    expect({ name, isMeasured: known.has(name) }).toEqual({ name, isMeasured: true })
    const labels = [...matchers.matchAll(/(\w+)[=!]~?"/g)].map(([, label = '']) => label)
    const has = ['service', 'le', ...(known.get(name) ?? [])]
    expect({ name, unknown: labels.filter((label) => !has.includes(label)) }).toEqual({ name, unknown: [] })
  }
})

test('whatever is measured is told of in the documentation, and seen on the dashboard', async () => {
  const told = await read('docs/observing.md')
  const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n')
  for (const { name } of metrics.getMetricsAsArray().map((metric) => v.parse(Kept, metric))) {
    if (name.startsWith('fairpass_test_')) continue
    const [isTold, isShown] = [told.includes(name.replace('fairpass_', '')), shown.includes(name)]
    expect({ name, isTold, isShown }).toEqual({ name, isTold: true, isShown: true })
  }
})

test('every alert has its entry in the runbook, and every entry its alert', async () => {
  const runbook = await read('docs/runbook.md')
  const entries = [...runbook.matchAll(/^### (\w+)\n([\s\S]*?)(?=^### |$(?![\s\S]))/gm)]
  expect(entries.map(([, name = '']) => name).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
  for (const { alert, labels, annotations } of alerts) {
    expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`)
    const said = entries.find(([, name]) => name === alert)?.[2] ?? ''
    for (const part of ['**You see**', `(${labels.severity})`, '**It means**', '**Do**', '**Over when**'])
      expect({ alert, part, isThere: said.toLowerCase().includes(part.toLowerCase()) }).toEqual({
        alert,
        part,
        isThere: true,
      })
  }
})

const steady = (series: string, value: number) => ({ series, values: `${value}x20` })
const growing = (series: string, by: number) => ({ series, values: `0+${by}x20` })
const http = (labels: string, by: number) => growing(`fairpass_http_request_seconds_count{service="web",${labels}}`, by)
const buy = (le: string, by: number) =>
  growing(`fairpass_http_request_seconds_bucket{service="web",method="POST",route="/api/orders",le="${le}"}`, by)
const stripe = (outcome: string, by: number) =>
  growing(`fairpass_stripe_request_seconds_count{service="payments",call="open",outcome="${outcome}"}`, by)
const expired = (within30: number, all: number) => [
  growing('fairpass_expiry_late_seconds_bucket{service="orders",le="30"}', within30),
  growing('fairpass_expiry_late_seconds_count{service="orders"}', all),
]
const services = ['auth', 'tickets', 'orders', 'expiration', 'payments', 'web']
const started = (names: readonly string[]) =>
  names.map((name) => steady(`process_start_time_seconds{service="${name}"}`, 1))

/** For each alert: what makes it fire, and what must not. */
const cases: Record<
  string,
  [fires: { series: string; values: string }[], quiet: { series: string; values: string }[]]
> = {
  FairpassDown: [started(services.slice(1)), started(services)],
  FairpassInvariantViolated: [
    [steady('fairpass_invariant_violations{service="payments",invariant="ledger_sum"}', 1)],
    [steady('fairpass_invariant_violations{service="payments",invariant="ledger_sum"}', 0)],
  ],
  FairpassExpiryLate: [expired(4, 5), expired(5, 5)],
  FairpassPaymentStuck: [
    [steady('fairpass_payments_unfinished_oldest_seconds{service="payments"}', 301)],
    [steady('fairpass_payments_unfinished_oldest_seconds{service="payments"}', 290)],
  ],
  FairpassErrors: [
    [http('route="/",status="200"', 97), http('route="/",status="503"', 3)],
    [http('route="/",status="200"', 99), http('route="/",status="503"', 1), http('route="/",status="404"', 50)],
  ],
  FairpassOutboxStuck: [
    [steady('fairpass_outbox_oldest_seconds{service="orders",collection="orders"}', 61)],
    [steady('fairpass_outbox_oldest_seconds{service="orders",collection="orders"}', 5)],
  ],
  FairpassMailStuck: [
    [growing('fairpass_mails_total{service="auth",outcome="later"}', 2)],
    [
      steady('fairpass_mails_due_oldest_seconds{service="auth"}', 20),
      growing('fairpass_mails_total{service="auth",outcome="later"}', 2),
      growing('fairpass_mails_total{service="auth",outcome="sent"}', 1),
    ],
  ],
  FairpassDeadLetters: [
    [steady('fairpass_dead_letters{service="tickets"}', 1)],
    [steady('fairpass_dead_letters{service="tickets"}', 0)],
  ],
  FairpassReconcilerBusy: [
    [growing('fairpass_reconciled_total{service="payments",outcome="moved"}', 2)],
    [growing('fairpass_reconciled_total{service="payments",outcome="waiting"}', 9)],
  ],
  FairpassWebhooksFailed: [
    [steady('fairpass_webhooks_failed{service="payments"}', 1)],
    [steady('fairpass_webhooks_failed{service="payments"}', 0)],
  ],
  FairpassStripeFailing: [
    [stripe('unknown', 3), stripe('answered', 7)],
    [stripe('unknown', 1), stripe('answered', 9), stripe('declined', 5)],
  ],
  FairpassSlow: [
    [buy('2.5', 90), buy('5', 100), buy('+Inf', 100)],
    [buy('2.5', 100), buy('5', 100), buy('+Inf', 100)],
  ],
  FairpassLoopFailing: [
    [growing('fairpass_loop_failures_total{service="orders",loop="outbox"}', 10)],
    [growing('fairpass_loop_failures_total{service="orders",loop="outbox"}', 1)],
  ],
  FairpassBlind: [
    [growing('fairpass_reading_failures_total{service="orders",reading="open orders"}', 4)],
    [growing('fairpass_reading_failures_total{service="orders",reading="open orders"}', 0)],
  ],
}

const firing = (alert: string, input_series: unknown, isFiring: boolean) => ({
  interval: '1m',
  input_series,
  promql_expr_test: [
    {
      expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
      eval_time: '20m',
      exp_samples: isFiring ? [{ labels: '{}', value: 1 }] : [],
    },
  ],
})

const found = await findPrometheus()

// Where there is no promtool, everything above is tested all the same.
test.skipIf(!found)(
  'each alert fires when it should and keeps quiet when not, as Prometheus itself judges',
  async () => {
    expect(Object.keys(cases).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
    const scratch = mkdtempSync(join(tmpdir(), 'fairpass-alerts-'))
    try {
      const tests = Object.entries(cases).flatMap(([alert, [fires, quiet]]) => [
        firing(alert, fires, true),
        firing(alert, quiet, false),
      ])
      const file = join(scratch, 'tests.json')
      await Bun.write(file, JSON.stringify({ rule_files: [alertsFile], evaluation_interval: '1m', tests }))
      const promtool = found?.promtool ?? ''
      const checked = await run([promtool, 'check', 'rules', alertsFile], { timeoutMs: 20_000 })
      expect(checked.stderr).toBe('')
      const judged = await run([promtool, 'test', 'rules', file], { timeoutMs: 40_000 })
      expect(`${judged.stdout}${judged.stderr}`).toMatch(/SUCCESS\s*$/)
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  },
  90_000,
)
