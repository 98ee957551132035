import { createAsync } from '@solidjs/router'
import { Show } from 'solid-js'
import { Field } from '../../components/form/field.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { SuccessNotice } from '../../components/layout/success-notice.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { useMessages } from '../../i18n/messages.ts'
import { readSettings } from '../../queries/account.ts'

export default function ChangeEmail() {
  const visitor = useVisitor()
  const { security, fields } = useMessages()
  const settings = createAsync(() => readSettings())
  const known = () => {
    const loaded = settings()
    return loaded?.ok ? loaded.value : undefined
  }
  return (
    <>
      <Head title={security.emailTitle} description={security.emailDescription} />
      <h1>{security.emailTitle}</h1>
      <SuccessNotice words={{ asked: security.emailAsked }} />
      <Show when={known()?.newEmail}>{(email) => <p class="notice narrow">{security.emailWaits(email())}</p>}</Show>
      <ErrorAlert failure={visitor.refusal} />
      <form method="post" action="/account/email" class="stack panel narrow">
        <p>
          {security.emailLead} <Show when={known()?.isEmailConfirmed}>{security.emailAlsoOld}</Show>
        </p>
        <Field label={fields.email} name="email" type="email" autocomplete="email" required refusal={visitor.refusal} />
        <Field
          label={fields.password}
          name="password"
          type="password"
          autocomplete="current-password"
          required
          refusal={visitor.refusal}
        />
        <button type="submit">{security.emailAsk}</button>
      </form>
    </>
  )
}
