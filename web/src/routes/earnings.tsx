import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { formatMoney } from '../market/money.ts'
import { readEarnings } from '../market/reads.ts'
import { Head } from '../parts/head.tsx'
import { Page } from '../parts/page.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { useWords } from '../words/words.ts'

const PARTS = ['pendingCents', 'availableCents', 'paidOutCents'] as const

export default function Earnings() {
  const visitor = useVisitor()
  const { earnings, listings } = useWords()
  const earned = createAsync(() => readEarnings())
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
              {([currency, amounts]) => (
                <section class="panel" aria-labelledby={`earned-${currency}`}>
                  <h2 id={`earned-${currency}`}>{currency.toUpperCase()}</h2>
                  <div class="figures">
                    <For each={PARTS}>
                      {(part) => (
                        <div>
                          <p class="text-soft">{earnings[part]}</p>
                          <p class="price text-huge">{formatMoney(amounts[part], currency, visitor.locale)}</p>
                        </div>
                      )}
                    </For>
                  </div>
                </section>
              )}
            </For>
          </Show>
        </>
      )}
    </Page>
  )
}
