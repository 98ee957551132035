import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { ErrorAlert } from '../components/layout/error-alert.tsx'
import { Head } from '../components/layout/head.tsx'
import { Page } from '../components/layout/page.tsx'
import { SuccessNotice } from '../components/layout/success-notice.tsx'
import { useVisitor } from '../components/layout/visitor.tsx'
import { useMessages } from '../i18n/messages.ts'
import { readSearches } from '../queries/market.ts'

export default function Searches() {
  const visitor = useVisitor()
  const { searches } = useMessages()
  const saved = createAsync(() => readSearches())
  return (
    <Page from={saved()} title={searches.title}>
      {(known) => (
        <>
          <Head title={searches.title} description={searches.description} />
          <h1>{searches.title}</h1>
          <SuccessNotice words={{ saved: searches.saved, ended: searches.ended }} />
          <ErrorAlert failure={visitor.refusal} />
          <Show when={known.searches.length > 0} fallback={<p>{searches.none}</p>}>
            <ul class="plain panel narrow">
              <For each={known.searches}>
                {({ id, name, query }) => (
                  <li class="flex flex-wrap items-center justify-between gap-3">
                    <a href={`/?${new URLSearchParams(query)}`}>{name}</a>
                    <form method="post" action="/searches">
                      <input type="hidden" name="searchId" value={id} />
                      <button type="submit" class="quiet small">
                        {searches.end}
                        <span class="sr-only">{` ${name}`}</span>
                      </button>
                    </form>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        </>
      )}
    </Page>
  )
}
