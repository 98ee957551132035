import { useLocation } from '@solidjs/router'
import { type JSX, Show } from 'solid-js'
import { useWords } from '../../i18n/words.ts'
import { Refused } from '../layout/refused.tsx'
import { useVisitor } from '../layout/visitor.tsx'

interface TokenFormProps {
  action: '/reset-password' | '/confirm-email' | '/unsubscribe'
  lead: string
  button: string
  children?: JSX.Element
}

/** What the link of a mail opens. Only the button does something: programs that look into mails open links, too. */
export const TokenForm = (props: TokenFormProps) => {
  const visitor = useVisitor()
  const location = useLocation()
  const { recover } = useWords()
  const token = () => visitor.refusal?.values.token ?? new URLSearchParams(location.search).get('token') ?? ''
  return (
    <Show when={token()} fallback={<p class="notice narrow">{recover.noToken}</p>}>
      <Refused failure={visitor.refusal} />
      <form method="post" action={props.action} class="stack panel narrow">
        <input type="hidden" name="token" value={token()} />
        <p>{props.lead}</p>
        {props.children}
        <button type="submit">{props.button}</button>
      </form>
    </Show>
  )
}
