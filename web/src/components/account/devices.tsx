import { createAsync } from '@solidjs/router'
import { For, Show } from 'solid-js'
import type { Session } from '../../domain/schemas/account.ts'
import { useMessages } from '../../i18n/messages.ts'
import { Sentence } from '../../i18n/sentence.tsx'
import { readSessions } from '../../queries/account.ts'
import { ErrorAlert } from '../layout/error-alert.tsx'
import { useVisitor } from '../layout/visitor.tsx'
import { Time } from '../ticket/ticket-card.tsx'

const browsers = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari', 'curl'] as const
const systems = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'] as const
const displayNames: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS': 'Mac' }

/** `Firefox, Linux`, from what a browser calls itself; nothing depends on it. */
const deviceName = (userAgent: string): string =>
  [browsers, systems]
    .map((known) => known.find((name) => userAgent.includes(name)))
    .filter((name) => name !== undefined)
    .map((name) => displayNames[name] ?? name)
    .join(', ')

/** Where the account is signed in. */
export const Devices = () => {
  const { account } = useMessages()
  const sessions = createAsync(() => readSessions())
  return (
    <section class="panel narrow" aria-labelledby="devices">
      <h2 id="devices">{account.devices}</h2>
      <p class="hint">{account.devicesHint}</p>
      <Show when={sessions()} keyed>
        {(loaded) =>
          loaded.ok ? (
            <ul class="plain">
              <For each={loaded.value.sessions}>{(session) => <Device session={session} />}</For>
            </ul>
          ) : (
            <ErrorAlert failure={loaded.failure} />
          )
        }
      </Show>
    </section>
  )
}

const Device = (props: { session: Session }) => {
  const visitor = useVisitor()
  const { account } = useMessages()
  return (
    <li class="flex flex-wrap items-center justify-between gap-3">
      <div>
        <p class="font-semibold">{deviceName(props.session.device) || account.unknownDevice}</p>
        <p class="hint">
          <Show when={!props.session.isCurrent} fallback={account.thisDevice}>
            <Sentence
              of={account.lastSeen}
              parts={{ time: <Time iso={props.session.lastSeenAt} locale={visitor.locale} /> }}
            />
          </Show>
        </p>
      </div>
      <Show when={!props.session.isCurrent}>
        <form method="post" action="/account">
          <input type="hidden" name="intent" value="session" />
          <input type="hidden" name="sessionId" value={props.session.id} />
          <button type="submit" class="quiet small">
            {account.end}
            <span class="sr-only">{` ${deviceName(props.session.device)}`}</span>
          </button>
        </form>
      </Show>
    </li>
  )
}
