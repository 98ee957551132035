import { formatMoney } from '@fairpass/sdk/values'
import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { PayoutAccount } from '../components/account/payout-account.tsx'
import { Sales } from '../components/account/sales.tsx'
import { Head } from '../components/layout/head.tsx'
import { NextPageLink } from '../components/layout/next-page-link.tsx'
import { Page } from '../components/layout/page.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import type { Sales as SoldPage } from '../domain/schemas/earnings.ts'
import { useMessages } from '../i18n/messages.ts'
import { readEarnings, readPayoutAccount, readSales } from '../queries/earnings.ts'
import type { Loaded } from '../queries/loaded.ts'

const balances = ['pendingCents', 'availableCents', 'paidOutCents'] as const

export default function Earnings() {
  const visitor = useVisitor()
  return (
    <Show when={visitor.away} fallback={<Earned />}>
      {(url) => <Onward url={url()} />}
    </Show>
  )
}

/** The browser goes on by itself; the link is for those that don't. */
const Onward = (props: { url: string }) => {
  const { earnings } = useMessages()
  return (
    <>
      <Head title={earnings.awayTitle} description={earnings.awayText} />
      <h1>{earnings.awayTitle}</h1>
      <p class="lead">{earnings.awayText}</p>
      <a class="button" href={props.url}>
        {earnings.goOn}
      </a>
    </>
  )
}

const Earned = () => {
  const location = useLocation()
  const { earnings, listings } = useMessages()
  const earned = createAsync(() => readEarnings())
  const account = createAsync(() => readPayoutAccount())
  const sales = createAsync(() => readSales(location.search))
  return (
    <Page from={earned()} title={earnings.title}>
      {(found) => (
        <>
          <Head title={earnings.title} description={earnings.description} />
          <h1>{earnings.title}</h1>
          <p class="lead">{earnings.lead}</p>
          <Show
            when={Object.keys(found).length > 0}
            fallback={
              <div class="panel empty">
                <p>{earnings.none}</p>
                <a class="button" href="/sell">
                  {listings.sell}
                </a>
              </div>
            }
          >
            <For each={Object.entries(found)}>
              {([currency, amounts]) => <Figures currency={currency} amounts={amounts} />}
            </For>
          </Show>
          <Show when={account()}>{(known) => <PayoutAccount account={known()} />}</Show>
          <Show when={sales()} keyed>
            {(loaded) => <Sold sales={loaded} />}
          </Show>
        </>
      )}
    </Page>
  )
}

const Figures = (props: { currency: string; amounts: Record<(typeof balances)[number], number> }) => {
  const visitor = useVisitor()
  const { earnings } = useMessages()
  return (
    <section class="panel" aria-labelledby={`earned-${props.currency}`}>
      <h2 id={`earned-${props.currency}`}>{props.currency.toUpperCase()}</h2>
      <div class="figures">
        <For each={balances}>
          {(part) => (
            <div>
              <p class="text-soft">{earnings[part]}</p>
              <p class="price text-huge">{formatMoney(props.amounts[part], props.currency, visitor.locale)}</p>
            </div>
          )}
        </For>
      </div>
    </section>
  )
}

const Sold = (props: { sales: Loaded<SoldPage> }) => {
  const { earnings } = useMessages()
  const page = () => (props.sales.ok ? props.sales.value : undefined)
  return (
    <Show when={page()} fallback={<p class="notice">{earnings.salesAway}</p>}>
      {(sold) => (
        <Show when={sold().sales.length > 0}>
          <h2 class="mt-10">{earnings.sales}</h2>
          <Sales sales={sold().sales} />
          <NextPageLink cursor={sold().nextCursor} path="/earnings" words={earnings.more} />
        </Show>
      )}
    </Show>
  )
}
