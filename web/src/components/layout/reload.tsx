import { onCleanup, onMount } from 'solid-js'
import { isServer, NoHydration } from 'solid-js/web'

const reload = () => window.location.assign(window.location.pathname)

/** Only a page that comes whole from the server can be without JavaScript. */
export const ReloadWithoutScripts = (props: { afterMs: number }) =>
  isServer ? (
    <NoHydration>
      <noscript>
        <meta http-equiv="refresh" content={String(Math.ceil(props.afterMs / 1000))} />
      </noscript>
    </NoHydration>
  ) : undefined

/** Reloads the page after a while, with or without JavaScript. */
export const ReloadAfter = (props: { afterMs: number }) => {
  onMount(() => {
    const timer = setTimeout(reload, props.afterMs)
    onCleanup(() => clearTimeout(timer))
  })
  return <ReloadWithoutScripts afterMs={props.afterMs} />
}
