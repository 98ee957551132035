import { For } from 'solid-js'
import { useMessages } from '../../i18n/messages.ts'

type StatusFilterProps = {
  path: string
  /** The statuses in their order, with their names. */
  of: Readonly<Record<string, string>>
  chosen: string
}

/** Holds a list of an admin's to one status. */
export const StatusFilter = (props: StatusFilterProps) => {
  const { admin } = useMessages()
  return (
    <form method="get" action={props.path} class="narrow flex flex-wrap items-end gap-3">
      <div class="field">
        <label for="f-status">{admin.status}</label>
        <select id="f-status" name="status">
          <option value="">{admin.anyStatus}</option>
          <For each={Object.entries(props.of)}>
            {([status, name]) => (
              <option value={status} selected={status === props.chosen}>
                {name}
              </option>
            )}
          </For>
        </select>
      </div>
      <button type="submit" class="quiet">
        {admin.show}
      </button>
    </form>
  )
}

/** The status that an address asks for, and the address of its list without a cursor. */
export const statusIn = (search: string, path: string) => {
  const status = new URLSearchParams(search).get('status') ?? ''
  return { status, path: status ? `${path}?status=${encodeURIComponent(status)}` : path }
}
