import { useLocation } from '@solidjs/router'
import { type JSX, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { ErrorAlert } from '../layout/error-alert.tsx'
import { useVisitor } from '../layout/visitor.tsx'

type TokenFormProps = {
  action: '/reset-password' | '/confirm-email' | '/unsubscribe'
  lead: string
  button: string
  children?: JSX.Element
}

/** The page behind the link of a mail. Only the button has an effect, since programs that scan mails open links, too. */
export const TokenForm = (props: TokenFormProps) => {
  const visitor = useVisitor()
  const location = useLocation()
  const { recover } = useMessages()
  const token = () => visitor.refusal?.values.token ?? new URLSearchParams(location.search).get('token') ?? ''
  return (
    <Show when={token()} fallback={<p class="notice narrow">{recover.noToken}</p>}>
      <ErrorAlert failure={visitor.refusal} />
      <form method="post" action={props.action} class="stack panel narrow">
        <input type="hidden" name="token" value={token()} />
        <p>{props.lead}</p>
        {props.children}
        <button type="submit">{props.button}</button>
      </form>
    </Show>
  )
}
