import { useLocation } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { NoHydration } from 'solid-js/web'
import { formatSpan } from '../../domain/dates.ts'
import { formatShare } from '../../domain/fee.ts'
import { payoutCountries } from '../../domain/places.ts'
import type { PayoutAccountStatus } from '../../domain/schemas/earnings.ts'
import { useMessages } from '../../i18n/messages.ts'
import type { Loaded } from '../../queries/loaded.ts'
import { ErrorAlert } from '../layout/error-alert.tsx'
import { useVisitor } from '../layout/visitor.tsx'

/** How a seller is paid, whether they can be paid yet, and the link to Stripe for those who cannot. */
export const PayoutAccount = (props: { account: Loaded<PayoutAccountStatus> }) => {
  const visitor = useVisitor()
  const location = useLocation()
  const { earnings } = useMessages()
  const account = () => (props.account.ok ? props.account.value : undefined)
  const isSentBack = () => new URLSearchParams(location.search).get('onboarding') === 'again'
  return (
    <section class="panel narrow" aria-labelledby="how">
      <h2 id="how">{earnings.how}</h2>
      <Terms />
      <Show when={isSentBack() && account()?.status !== 'ready'}>
        <p class="notice" role="status">
          {earnings.again}
        </p>
      </Show>
      <ErrorAlert failure={visitor.refusal} />
      <Show when={account()} fallback={<p class="notice">{earnings.accountUnknown}</p>}>
        {(known) => (
          <>
            <p classList={{ notice: true, good: known().status === 'ready' }}>
              {earnings.accountStatus[known().status]}
            </p>
            <Requirements account={known()} />
            <Show when={known().status !== 'ready' || known().due.length > 0}>
              <form method="post" action="/earnings" class="stack">
                <Show when={known().status === 'none'}>
                  <CountryField />
                </Show>
                <button type="submit">{known().status === 'none' ? earnings.setUp : earnings.goOn}</button>
              </form>
            </Show>
          </>
        )}
      </Show>
    </section>
  )
}

const Terms = () => {
  const { earnings } = useMessages()
  const { feeBasisPoints, payoutDelaySeconds, locale } = useVisitor()
  return (
    <p>
      {feeBasisPoints > 0 ? earnings.fee(formatShare(feeBasisPoints, locale)) : earnings.noFee}{' '}
      {payoutDelaySeconds > 0 ? earnings.payoutDelay(formatSpan(payoutDelaySeconds, locale)) : earnings.noDelay}
    </p>
  )
}

const Requirements = (props: { account: PayoutAccountStatus }) => {
  const { earnings } = useMessages()
  // `individual.verification.document`, say: what it belongs to is enough here, Stripe asks for the rest.
  const parts = () => [
    ...new Set(props.account.due.map((asked) => earnings.duePart[asked.split('.', 1)[0] ?? ''] ?? earnings.dueOther)),
  ]
  return (
    <Show
      when={parts().length > 0}
      fallback={
        <Show when={props.account.status === 'onboarding'}>
          <p>{earnings.dueNothing}</p>
        </Show>
      }
    >
      <p class="mb-0">{earnings.due}:</p>
      <ul class="mb-4 list-disc pl-6">
        <For each={parts()}>{(part) => <li>{part}</li>}</For>
      </ul>
    </Show>
  )
}

/** The names are the server's: a browser may know others. */
const CountryField = () => {
  const visitor = useVisitor()
  const { earnings, fields } = useMessages()
  const chosen = visitor.refusal?.values.country ?? new Intl.Locale(visitor.locale).region
  return (
    <div class="field">
      <NoHydration>
        <label for="f-country">{fields.country}</label>
        <select id="f-country" name="country" required aria-describedby="h-country">
          <option value="">{earnings.chooseCountry}</option>
          <For each={payoutCountries(visitor.locale)}>
            {([country, name]) => (
              <option value={country} selected={country === chosen}>
                {name}
              </option>
            )}
          </For>
        </select>
        <p class="hint" id="h-country">
          {earnings.countryHint}
        </p>
      </NoHydration>
    </div>
  )
}
