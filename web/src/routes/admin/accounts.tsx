import { createAsync, useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { IdempotencyKey } from '../../components/form/idempotency-key.tsx'
import { AdminPage } from '../../components/layout/admin-page.tsx'
import { NextPageLink } from '../../components/layout/next-page-link.tsx'
import { Page } from '../../components/layout/page.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { Time } from '../../components/ticket/ticket-card.tsx'
import type { ListedAccount } from '../../domain/schemas/admin.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readAccounts } from '../../queries/admin.ts'

export default function AdminAccounts() {
  const location = useLocation()
  const { admin } = useMessages()
  const accounts = createAsync(() => readAccounts(location.search))
  return (
    <Page from={accounts()} title={admin.accounts}>
      {(found) => (
        <AdminPage tab="accounts" done={{ ban: admin.isBanned, unban: admin.isUnbanned }}>
          <p class="lead">{admin.banMeans}</p>
          <ul class="plain panel">
            <For each={found.users}>{(account) => <AccountRow account={account} />}</For>
          </ul>
          <NextPageLink cursor={found.nextCursor} path="/admin/accounts" words={admin.more} />
        </AdminPage>
      )}
    </Page>
  )
}

const AccountRow = (props: { account: ListedAccount }) => {
  const visitor = useVisitor()
  const { admin } = useMessages()
  const isBanned = () => props.account.status === 'banned'
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div class="min-w-0">
        <p class="font-semibold">{props.account.email}</p>
        <p class="hint">
          {`${admin.roles[props.account.role]}, `}
          <Sentence of={admin.since} parts={{ time: <Time iso={props.account.createdAt} locale={visitor.locale} /> }} />
        </p>
      </div>
      <div class="flex flex-wrap items-center gap-3">
        <p class={`status ${props.account.status}`}>{admin.accountStatus[props.account.status]}</p>
        <Show when={props.account.id !== visitor.user?.id}>
          <form method="post" action="/admin/accounts">
            <input type="hidden" name="id" value={props.account.id} />
            <input type="hidden" name="intent" value={isBanned() ? 'unban' : 'ban'} />
            <IdempotencyKey of={props.account.id} />
            <button type="submit" class={isBanned() ? 'quiet small' : 'danger small'}>
              {isBanned() ? admin.unban : admin.ban}
              <span class="sr-only">{` ${props.account.email}`}</span>
            </button>
          </form>
        </Show>
      </div>
    </li>
  )
}
