import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'
import { useVisitor } from '../layout/visitor.tsx'

const maxBytes = 3 * 1024 * 1024

/** The ticket itself: chosen, or dropped onto the field; while it is sent, the form says so. */
export const FileField = () => {
  const visitor = useVisitor()
  const { sell } = useMessages()
  const [isSending, setSending] = createSignal(false)
  const [isTooLarge, setTooLarge] = createSignal(false)
  let input: HTMLInputElement | undefined

  onMount(() => {
    const form = input?.form
    const begin = () => setSending((input?.files?.length ?? 0) > 0)
    form?.addEventListener('submit', begin)
    onCleanup(() => form?.removeEventListener('submit', begin))
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
      <div role="status">
        <Show when={isTooLarge()}>
          <p class="wrong">{sell.fileTooLarge}</p>
        </Show>
        <Show when={isSending()}>
          <p>
            <progress aria-label={sell.sending} /> {sell.sending}
          </p>
        </Show>
      </div>
      <Show when={visitor.refusal?.code === 'no_barcode'}>
        <label>
          <input type="checkbox" name="withoutBarcode" value="true" /> {sell.withoutBarcode}
        </label>
      </Show>
    </div>
  )
}
