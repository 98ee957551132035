import { createSignal, Match, onCleanup, onMount, Show, Switch } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { useVisitor } from '../layout/visitor.tsx'
import { sendWithProgress } from './send-with-progress.ts'

const maxBytes = 3 * 1024 * 1024

type Sending = 'idle' | 'sending' | 'reading' | 'lost'

/** One press counts once: another attempt has another key. */
const renewKey = (form: HTMLFormElement) => {
  const key = form.elements.namedItem('idempotencyKey')
  if (key instanceof HTMLInputElement) key.value = `again-${Date.now()}-${key.value}`.slice(0, 64)
}

/** Sends a form that has a file in it, with its progress. A refused form is sent once more as a page, which shows why. */
const createSending = () => {
  const [state, setState] = createSignal<Sending>('idle')
  const [share, setShare] = createSignal(0)

  const send = async (form: HTMLFormElement) => {
    setShare(0)
    setState('sending')
    const outcome = await sendWithProgress(form, (sent) => {
      setShare(sent)
      if (sent === 1) setState('reading')
    })
    if (outcome.kind === 'lost') return setState('lost')
    if (outcome.status < 400) return window.location.assign(outcome.url)
    // What a failure left undone is made up for under the same key, so that nothing is put up twice.
    if (outcome.status < 500) renewKey(form)
    form.submit()
  }

  const begin = (event: SubmitEvent) => {
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement)) return
    event.preventDefault()
    if (state() === 'idle' || state() === 'lost') void send(form)
  }
  return { state, share, begin }
}

/** The ticket itself: chosen, or dropped onto the field; while it is sent, the form says how far it is. */
export const FileField = () => {
  const visitor = useVisitor()
  const { sell } = useMessages()
  const { state, share, begin } = createSending()
  const [isTooLarge, setTooLarge] = createSignal(false)
  let input: HTMLInputElement | undefined

  onMount(() => {
    const form = input?.form
    const submit = (event: SubmitEvent) => {
      // It would be refused unread, with all that was typed.
      if (isTooLarge()) {
        event.preventDefault()
        return input?.focus()
      }
      if (input?.files?.length) begin(event)
    }
    form?.addEventListener('submit', submit)
    onCleanup(() => form?.removeEventListener('submit', submit))
  })

  return (
    <div class="field">
      <label for="f-file">{sell.file}</label>
      <input
        ref={input}
        class="drop"
        id="f-file"
        name="file"
        type="file"
        accept=".pdf,.png,.jpg,.jpeg,.pkpass,application/pdf,image/png,image/jpeg,application/vnd.apple.pkpass"
        aria-describedby="h-file"
        onChange={(event) => setTooLarge((event.currentTarget.files?.[0]?.size ?? 0) > maxBytes)}
      />
      <p class="hint" id="h-file">
        {sell.fileHint}
      </p>
      <Show when={visitor.refusal?.values.hadFile}>
        <p class="wrong">{sell.fileAgain}</p>
      </Show>
      <Progress state={state()} share={share()} isTooLarge={isTooLarge()} />
      <WithoutBarcode />
    </div>
  )
}

/** What no barcode was found in can be put up all the same. */
const WithoutBarcode = () => {
  const visitor = useVisitor()
  const { sell } = useMessages()
  const isWithoutBarcode = () => visitor.refusal?.values.withoutBarcode === 'true'
  return (
    <Show when={visitor.refusal?.code === 'no_barcode' || isWithoutBarcode()}>
      <label>
        <input type="checkbox" name="withoutBarcode" value="true" checked={isWithoutBarcode()} /> {sell.withoutBarcode}
      </label>
    </Show>
  )
}

const Progress = (props: { state: Sending; share: number; isTooLarge: boolean }) => {
  const { sell } = useMessages()
  return (
    <>
      <div role="status">
        <Show when={props.isTooLarge}>
          <p class="wrong">{sell.fileTooLarge}</p>
        </Show>
        <Switch>
          <Match when={props.state === 'sending'}>
            <p>{sell.sending}</p>
          </Match>
          <Match when={props.state === 'reading'}>
            <p>{sell.reading}</p>
          </Match>
          <Match when={props.state === 'lost'}>
            <p class="wrong">{sell.sendingLost}</p>
          </Match>
        </Switch>
      </div>
      <Show when={props.state === 'sending' || props.state === 'reading'}>
        {/* Without a value the progress bar is indeterminate. */}
        <progress
          class="wide-bar"
          aria-label={sell.progress}
          max="1"
          value={props.state === 'sending' ? props.share : undefined}
        />
      </Show>
    </>
  )
}
