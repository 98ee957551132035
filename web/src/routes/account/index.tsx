import { Show } from 'solid-js'
import { Contact } from '../../components/account/contact.tsx'
import { Devices } from '../../components/account/devices.tsx'
import { Field } from '../../components/form/field.tsx'
import { NewPasswordField } from '../../components/form/new-password-field.tsx'
import { ErrorAlert } from '../../components/layout/error-alert.tsx'
import { Head } from '../../components/layout/head.tsx'
import { SuccessNotice } from '../../components/layout/success-notice.tsx'
import { useVisitor } from '../../components/layout/visitor.tsx'
import { useMessages } from '../../i18n/messages.ts'

export default function Account() {
  const visitor = useVisitor()
  const { account } = useMessages()
  return (
    <>
      <Head title={account.title} description={account.description} />
      <h1>{account.title}</h1>
      <SuccessNotice
        words={{
          password: account.passwordChanged,
          session: account.sessionEnded,
          mails: account.mailsSaved,
          confirmation: account.sentAgain,
        }}
      />
      <Show
        when={visitor.user}
        fallback={
          <p class="alert narrow" role="alert">
            {account.away}
          </p>
        }
      >
        {(user) => (
          <>
            <Contact email={user().email} />
            <ChangePassword email={user().email} />
            <Devices />
            <Farewell />
          </>
        )}
      </Show>
    </>
  )
}

/** A page has one refusal, of the form that was sent. */
const useRefusalOf = (intent: string) => {
  const visitor = useVisitor()
  return () => (visitor.refusal?.values.intent === intent ? visitor.refusal : undefined)
}

const ChangePassword = (props: { email: string }) => {
  const { account, fields } = useMessages()
  const refusal = useRefusalOf('password')
  return (
    <section class="panel narrow" aria-labelledby="password">
      <h2 id="password">{account.changePassword}</h2>
      <ErrorAlert failure={refusal()} />
      <form method="post" action="/account" class="stack">
        <input type="hidden" name="intent" value="password" />
        {/* Tells password managers whose password this is. */}
        <input type="email" autocomplete="username" value={props.email} readonly hidden />
        <Field
          label={fields.currentPassword}
          name="currentPassword"
          type="password"
          autocomplete="current-password"
          required
          refusal={refusal()}
        />
        <NewPasswordField
          label={fields.newPassword}
          name="newPassword"
          hint={account.otherDevicesEnd}
          refusal={refusal()}
        />
        <button type="submit">{account.changePassword}</button>
      </form>
    </section>
  )
}

const Farewell = () => {
  const { account, fields } = useMessages()
  const refusal = useRefusalOf('delete')
  return (
    <details class="panel narrow" open={refusal() !== undefined}>
      <summary class="font-semibold text-warn">{account.delete}</summary>
      <form method="post" action="/account" class="stack mt-4">
        <p>{account.deleteMeans}</p>
        <ErrorAlert failure={refusal()} />
        <input type="hidden" name="intent" value="delete" />
        <Field
          label={fields.password}
          name="password"
          type="password"
          autocomplete="current-password"
          required
          refusal={refusal()}
        />
        <button type="submit" class="danger">
          {account.deleteNow}
        </button>
      </form>
    </details>
  )
}
