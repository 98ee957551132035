import { primaryZone } from '@fairpass/sdk/values'
import { For, onMount, Show } from 'solid-js'
import { NoHydration } from 'solid-js/web'
import { isListedZone, zoneName, zoneOf, zonesByRegion } from '../../domain/places.ts'
import { useMessages } from '../../i18n/messages.ts'

/** Proposes the zone of the city that is typed, or else the browser's own, until somebody chooses one. */
const followCity = (field: HTMLElement, isChosenAtFirst: boolean) => {
  const select = field.querySelector('select')
  const city = field.closest('form')?.querySelector<HTMLInputElement>('input[name="city"]')
  if (!select || !city) return
  let isChosen = isChosenAtFirst
  const zones = Array.from(select.options, ({ value }) => value)
  const propose = () => {
    if (isChosen) return
    const here = primaryZone(Intl.DateTimeFormat().resolvedOptions().timeZone)
    const zone = zoneOf(city.value, zones) ?? here
    if (zones.includes(zone)) select.value = zone
  }
  select.addEventListener('change', () => {
    isChosen = true
  })
  city.addEventListener('input', propose)
  propose()
}

/**
 * The venue's time zone. With JavaScript it follows the city while nobody has chosen one; the list is the server's, which
 * a browser with other zones would only get wrong.
 */
export const ZoneField = (props: { chosen: string | undefined }) => {
  const { fields, sell } = useMessages()
  let field: HTMLDivElement | undefined
  onMount(() => field && followCity(field, props.chosen !== undefined))

  return (
    <div class="field" ref={field}>
      <NoHydration>
        <label for="f-timeZone">{fields.timeZone}</label>
        <select id="f-timeZone" name="timeZone" aria-describedby="h-timeZone">
          <option value="UTC">UTC</option>
          {/* By another name than the list has, as Asia/Calcutta: what is chosen stays what it is. */}
          <Show when={props.chosen !== undefined && !isListedZone(props.chosen) && props.chosen}>
            {(zone) => (
              <option value={zone()} selected>
                {zoneName(zone())}
              </option>
            )}
          </Show>
          <For each={zonesByRegion()}>
            {([region, zones]) => (
              <optgroup label={region}>
                <For each={zones}>
                  {(zone) => (
                    <option value={zone} selected={zone === props.chosen}>
                      {zoneName(zone)}
                    </option>
                  )}
                </For>
              </optgroup>
            )}
          </For>
        </select>
        <p class="hint" id="h-timeZone">
          {sell.zoneHint}
        </p>
      </NoHydration>
    </div>
  )
}
