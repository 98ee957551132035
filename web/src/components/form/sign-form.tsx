import { useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { ErrorAlert } from '../layout/error-alert.tsx'
import { useVisitor } from '../layout/visitor.tsx'
import { Field } from './field.tsx'
import { NewPasswordField } from './new-password-field.tsx'
import { PasskeyButton } from './passkey-button.tsx'

type SignFormProps = {
  action: '/signin' | '/signup'
  button: string
}

export const SignForm = (props: SignFormProps) => {
  const visitor = useVisitor()
  const messages = useMessages()
  const location = useLocation()
  const next = () => visitor.refusal?.values.next ?? new URLSearchParams(location.search).get('next') ?? ''
  const other = () => (props.action === '/signin' ? '/signup' : '/signin')
  return (
    <>
      <Show when={visitor.user}>{(user) => <p>{messages.sign.signedInAs(user().email)}</p>}</Show>
      <ErrorAlert failure={visitor.refusal} />
      <Credentials action={props.action} button={props.button} next={next()} />
      <Show when={props.action === '/signin'}>
        <p>
          <a href="/forgot-password">{messages.sign.forgot}</a>
        </p>
      </Show>
      <p>
        <a href={next() ? `${other()}?next=${encodeURIComponent(next())}` : other()}>
          {props.action === '/signin' ? messages.sign.noAccount : messages.sign.haveAccount}
        </a>
      </p>
    </>
  )
}

const Credentials = (props: SignFormProps & { next: string }) => {
  const visitor = useVisitor()
  const messages = useMessages()
  return (
    <form method="post" action={props.action} class="stack panel narrow">
      <input type="hidden" name="next" value={props.next} />
      <Field
        label={messages.fields.email}
        name="email"
        type="text"
        inputmode="email"
        autocapitalize="none"
        spellcheck={false}
        maxlength="254"
        autocomplete="username"
        required
        refusal={visitor.refusal}
      />
      <Show
        when={props.action === '/signup'}
        fallback={
          <Field
            label={messages.fields.password}
            name="password"
            type="password"
            autocomplete="current-password"
            required
            refusal={visitor.refusal}
          />
        }
      >
        <NewPasswordField
          label={messages.fields.password}
          name="password"
          hint={messages.sign.passwordAdvice}
          refusal={visitor.refusal}
        />
      </Show>
      <button type="submit">{props.button}</button>
      <Show when={props.action === '/signin'}>
        <PasskeyButton next={props.next} />
      </Show>
    </form>
  )
}
