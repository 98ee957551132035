import type { Stripe, StripeElements } from '@stripe/stripe-js'
import { createSignal, onMount, Show } from 'solid-js'
import { isServer, NoHydration } from 'solid-js/web'
import * as v from 'valibot'
import { declineMessage } from '../../i18n/declines.ts'
import { useMessages } from '../../i18n/messages.ts'
import { fetchSignedIn } from '../../live/signed-in.ts'

const openTimeoutMs = 28_000
const reloadAfterMs = 2000

const Opened = v.object({ clientSecret: v.optional(v.string()) })

/** The server decides what the page shows: how far the payment is, and what is left to do. */
const reload = () => window.location.assign(window.location.pathname)

/** The secret of the order's one intent; undefined when there is nothing to fill in any more, and the page is reloaded. */
const openPayment = async (orderId: string): Promise<string | undefined> => {
  const answer = await fetchSignedIn('/api/payments', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId }),
    signal: AbortSignal.timeout(openTimeoutMs),
  })
  const { clientSecret } = answer.ok ? v.parse(Opened, await answer.json()) : {}
  if (clientSecret !== undefined) return clientSecret
  if (answer.status >= 500) throw new Error('payments cannot be reached')
  setTimeout(reload, answer.ok ? 0 : reloadAfterMs)
  return undefined
}

const openForm = async (stripeKey: string, clientSecret: string, locale: string) => {
  // Loaded only here: no other page loads anything from Stripe.
  const { loadStripe } = await import('@stripe/stripe-js/pure')
  const stripe = await loadStripe(stripeKey)
  if (stripe === null) throw new Error('Stripe was not loaded')
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const elements = stripe.elements({
    clientSecret,
    // The languages of the pages are languages of Stripe's, too.
    locale: locale.startsWith('de') ? 'de' : 'en',
    appearance: { theme: isDark ? 'night' : 'stripe' },
  })
  return { stripe, elements }
}

type CardFormProps = {
  orderId: string
  stripeKey: string
  locale: string
  total: string
}

type Stage = 'closed' | 'opening' | 'open' | 'paying' | 'away'

/** How far Stripe's form is, and what it refused; `mount` is where it goes. */
const createCardPayment = (props: CardFormProps, mount: () => HTMLElement | undefined) => {
  const { checkout } = useMessages()
  const [stage, setStage] = createSignal<Stage>('closed')
  const [refusal, setRefusal] = createSignal<string>()
  let form: { stripe: Stripe; elements: StripeElements } | undefined

  onMount(async () => {
    setStage('opening')
    try {
      const clientSecret = await openPayment(props.orderId)
      const place = mount()
      if (clientSecret === undefined || place === undefined) return
      form = await openForm(props.stripeKey, clientSecret, props.locale)
      const element = form.elements.create('payment', { layout: 'tabs' })
      element.on('ready', () => setStage('open'))
      element.on('loaderror', () => setStage('away'))
      element.mount(place)
    } catch {
      setStage('away')
    }
  })

  const pay = async (event: SubmitEvent) => {
    event.preventDefault()
    if (form === undefined || stage() !== 'open') return
    setStage('paying')
    setRefusal(undefined)
    const { stripe, elements } = form
    const confirmParams = { return_url: window.location.origin + window.location.pathname }
    const { error } = await stripe.confirmPayment({ elements, confirmParams, redirect: 'if_required' })
    if (error === undefined) return reload()
    // Stripe shows what is wrong in a field beside that field.
    if (error.type !== 'validation_error') setRefusal(declineMessage(checkout, error.decline_code ?? error.code))
    setStage('open')
  }
  return { stage, refusal, pay }
}

/** Stripe's own form: the card goes to Stripe alone. */
export const CardForm = (props: CardFormProps) => {
  const { checkout } = useMessages()
  let place: HTMLDivElement | undefined
  const { stage, refusal, pay } = createCardPayment(props, () => place)
  return (
    <form class="stack" onSubmit={pay}>
      <Show when={props.stripeKey.startsWith('pk_test_')}>
        <p class="test">{checkout.stripeTestMode}</p>
      </Show>
      <NeedsScripts />
      <Show when={refusal()}>{(text) => <Alert text={text()} />}</Show>
      <div class="card-form" ref={place} />
      <div role="status">
        <Show when={stage() === 'opening'}>
          <p>{checkout.opening}</p>
        </Show>
        <Show when={stage() === 'paying'}>
          <p>{checkout.paying}</p>
        </Show>
      </div>
      <Show when={stage() !== 'away'} fallback={<Alert text={checkout.formAway} />}>
        <button type="submit" class="wide" disabled={stage() !== 'open'}>
          {checkout.payTotal(props.total)}
        </button>
      </Show>
      <Show when={stage() === 'away'}>
        <button type="button" class="quiet" onClick={reload}>
          {checkout.tryAgain}
        </button>
      </Show>
    </form>
  )
}

const Alert = (props: { text: string }) => (
  <div class="alert" role="alert">
    <p>{props.text}</p>
  </div>
)

const NeedsScripts = () =>
  isServer ? (
    <NoHydration>
      <noscript>
        <p class="notice">{useMessages().checkout.needsScripts}</p>
      </noscript>
    </NoHydration>
  ) : undefined
