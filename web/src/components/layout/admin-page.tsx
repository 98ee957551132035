import { For, type ParentProps } from 'solid-js'
import { useWords } from '../../i18n/words.ts'
import { Done } from './done.tsx'
import { Head } from './head.tsx'
import { Refused } from './refused.tsx'
import { useVisitor } from './visitor.tsx'

const TABS = [
  ['coupons', '/admin'],
  ['accounts', '/admin/accounts'],
  ['payments', '/admin/payments'],
  ['payouts', '/admin/payouts'],
  ['disputes', '/admin/disputes'],
  ['claims', '/admin/claims'],
] as const

interface AdminPageProps {
  tab: (typeof TABS)[number][0]
  done?: Record<string, string>
}

export const AdminPage = (props: ParentProps<AdminPageProps>) => {
  const visitor = useVisitor()
  const { admin } = useWords()
  return (
    <>
      <Head title={`${admin[props.tab]}, ${admin.title}`} description={admin.description} />
      <h1>{admin[props.tab]}</h1>
      <nav class="tabs" aria-label={admin.title}>
        <For each={TABS}>
          {([tab, href]) => (
            <a href={href} aria-current={tab === props.tab ? 'page' : undefined}>
              {admin[tab]}
            </a>
          )}
        </For>
      </nav>
      <Done words={props.done ?? {}} />
      <Refused failure={visitor.refusal} />
      {props.children}
    </>
  )
}
