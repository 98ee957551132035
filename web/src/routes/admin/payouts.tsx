import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { formatMoney } from '../../market/money.ts'
import { readPayouts } from '../../market/reads.ts'
import type { Payout } from '../../market/shapes.ts'
import { AdminPage } from '../../parts/admin-page.tsx'
import { More } from '../../parts/more.tsx'
import { Page } from '../../parts/page.tsx'
import { StatusFilter, statusIn } from '../../parts/status-filter.tsx'
import { Time } from '../../parts/ticket-card.tsx'
import { useVisitor } from '../../parts/visitor.tsx'
import { Sentence } from '../../words/sentence.tsx'
import { useWords } from '../../words/words.ts'

const PATH = '/admin/payouts'

export default function AdminPayouts() {
  const location = useLocation()
  const { admin } = useWords()
  const payouts = createAsync(() => readPayouts(location.search))
  const asked = () => statusIn(location.search, PATH)
  return (
    <Page from={payouts()} title={admin.payouts}>
      {(found) => (
        <AdminPage tab="payouts">
          <StatusFilter path={PATH} of={admin.payoutStatus} chosen={asked().status} />
          <Show when={found.payouts.length > 0} fallback={<p class="panel empty">{admin.noPayouts}</p>}>
            <ul class="plain panel">
              <For each={found.payouts}>{(payout) => <PayoutRow payout={payout} />}</For>
            </ul>
          </Show>
          <More cursor={found.nextCursor} path={asked().path} words={admin.more} />
        </AdminPage>
      )}
    </Page>
  )
}

const PayoutRow = (props: { payout: Payout }) => {
  const visitor = useVisitor()
  const { admin, fields } = useWords()
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div class="min-w-0">
        <p>
          <span class="price">{formatMoney(props.payout.amountCents, props.payout.currency, visitor.locale)}</span>{' '}
          <Show when={props.payout.waitsFor}>
            {(what) => (
              <span class="text-soft">
                <Sentence
                  of={admin.payoutWaitsFor[what()]}
                  parts={{ time: <Time iso={props.payout.payableAt} locale={visitor.locale} /> }}
                />
              </span>
            )}
          </Show>
        </p>
        <p class="hint">
          <Time iso={props.payout.updatedAt} locale={visitor.locale} />
        </p>
        <p class="hint">
          {`${fields.orderId} `}
          <code>{props.payout.orderId}</code>
        </p>
        <p class="hint">
          {`${admin.seller} `}
          <code>{props.payout.sellerId}</code>
        </p>
        <Show when={props.payout.failure}>{(words) => <p class="hint">{words()}</p>}</Show>
      </div>
      <p class={`status ${props.payout.status}`}>{admin.payoutStatus[props.payout.status]}</p>
    </li>
  )
}
