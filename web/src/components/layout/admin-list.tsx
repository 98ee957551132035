import { useLocation } from '@solidjs/router'
import { For, type JSX, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import type { Loaded } from '../../queries/loaded.ts'
import { AdminPage, type AdminPageProps } from './admin-page.tsx'
import { NextPageLink } from './next-page-link.tsx'
import { Page } from './page.tsx'
import { StatusFilter, statusIn } from './status-filter.tsx'

type AdminListProps<T, F> = AdminPageProps & {
  from: Loaded<F> | undefined
  path: string
  statuses: Readonly<Record<string, string>>
  /** the status that the list has when the address names none */
  usual?: string
  rowsOf: (found: F) => readonly T[]
  row: (one: T) => JSX.Element
  empty: string
}

/** A page of an admin's list, which can be held to one status. */
export const AdminList = <T, F extends { nextCursor?: string | null | undefined }>(props: AdminListProps<T, F>) => {
  const location = useLocation()
  const { admin } = useMessages()
  const asked = () => statusIn(location.search, props.path)
  return (
    <Page from={props.from} title={admin[props.tab]}>
      {(found) => (
        <AdminPage tab={props.tab} done={props.done ?? {}}>
          <StatusFilter path={props.path} of={props.statuses} chosen={asked().status || (props.usual ?? '')} />
          <Show when={props.rowsOf(found).length > 0} fallback={<p class="panel empty">{props.empty}</p>}>
            <ul class="plain panel">
              <For each={props.rowsOf(found)}>{(one) => props.row(one)}</For>
            </ul>
          </Show>
          <NextPageLink cursor={found.nextCursor} path={asked().path} words={admin.more} />
        </AdminPage>
      )}
    </Page>
  )
}
