import { For, type ParentProps } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { ErrorAlert } from './error-alert.tsx'
import { Head } from './head.tsx'
import { SuccessNotice } from './success-notice.tsx'
import { useVisitor } from './visitor.tsx'

const tabs = [
  ['coupons', '/admin'],
  ['accounts', '/admin/accounts'],
  ['payments', '/admin/payments'],
  ['payouts', '/admin/payouts'],
  ['disputes', '/admin/disputes'],
  ['claims', '/admin/claims'],
] as const

export type AdminPageProps = {
  tab: (typeof tabs)[number][0]
  done?: Record<string, string>
}

export const AdminPage = (props: ParentProps<AdminPageProps>) => {
  const visitor = useVisitor()
  const { admin } = useMessages()
  return (
    <>
      <Head title={`${admin[props.tab]}, ${admin.title}`} description={admin.description} />
      <h1>{admin[props.tab]}</h1>
      <nav class="tabs" aria-label={admin.title}>
        <For each={tabs}>
          {([tab, href]) => (
            <a href={href} aria-current={tab === props.tab ? 'page' : undefined}>
              {admin[tab]}
            </a>
          )}
        </For>
      </nav>
      <SuccessNotice words={props.done ?? {}} />
      <ErrorAlert failure={visitor.refusal} />
      {props.children}
    </>
  )
}
