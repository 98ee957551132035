import { createSignal, onCleanup } from 'solid-js'
import { apiQuery, tidyAddress } from '../domain/listing-query.ts'
import { Tickets } from '../domain/schemas/ticket.ts'
import { type Loaded, loadedFrom } from '../queries/loaded.ts'

const debounceMs = 250
const timeoutMs = 5000

type TypedSearch = {
  /** The query of the address that shows the same, for who loads it again or sends it on. */
  search: string
  listing: Loaded<Tickets>
}

/**
 * Searches while somebody types, in the browser. Until the first answer, and where none comes, the page stays as the
 * server made it, and the form does what forms do.
 */
export const createTypedSearch = (locale: string) => {
  const [typed, setTyped] = createSignal<TypedSearch>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let call: AbortController | undefined

  const ask = async (form: HTMLFormElement) => {
    call?.abort()
    call = new AbortController()
    const fields = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.set(name, value)
    const asked = `?${fields}`
    const address = tidyAddress(asked, locale) ?? `/${asked}`
    const search = address.slice(1)
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)])
    try {
      const answer = await fetch(`/api/tickets${apiQuery(search)}`, { signal })
      const listing = loadedFrom(Tickets, { status: answer.status, body: await answer.json() })
      if (!listing.ok) return
      setTyped({ search, listing })
      history.replaceState(history.state, '', address)
    } catch {
      // Somebody typed on, or the network is away: what is shown stays.
    }
  }

  onCleanup(() => {
    clearTimeout(timer)
    call?.abort()
  })
  return {
    typed,
    onInput: (event: InputEvent & { currentTarget: HTMLFormElement }) => {
      const form = event.currentTarget
      clearTimeout(timer)
      timer = setTimeout(() => void ask(form), debounceMs)
    },
  }
}
