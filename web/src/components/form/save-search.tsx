import { Show } from 'solid-js'
import { apiQuery } from '../../domain/listing-query.ts'
import { useMessages } from '../../i18n/messages.ts'

/** Saves a search, whose owner is notified of later listings; without a filter there is nothing to save. */
export const SaveSearch = (props: { search: string }) => {
  const { searches } = useMessages()
  const isSearch = () =>
    [...new URLSearchParams(apiQuery(props.search)).keys()].some((name) => !/sort|cursor/.test(name))
  return (
    <Show when={isSearch()}>
      <form method="post" action="/searches" class="flex flex-wrap items-center justify-center gap-3 pt-4">
        <input type="hidden" name="search" value={props.search} />
        <button type="submit" class="quiet small">
          {searches.save}
        </button>
        <span class="hint">{searches.saveHint}</span>
      </form>
    </Show>
  )
}
