import type { Mail } from './mail.ts'
import type { SentMail } from './store.ts'

/** What each person was sent in the last hour, or is being sent now. */
export const createRecent = (sent: readonly SentMail[]) => {
  const byPerson = Map.groupBy(sent, ({ person }) => person)
  return {
    /** When the latest but `count` of a person's mails, of one kind or of all, was sent. */
    before: (person: string, count: number, kind?: Mail['kind']): Date | undefined =>
      (byPerson.get(person) ?? []).filter((one) => !kind || one.kind === kind)[count - 1]?.sentAt,
    add: ({ person, kind }: Mail, sentAt: Date): SentMail => {
      const one = { person, kind, sentAt }
      byPerson.set(person, [one, ...(byPerson.get(person) ?? [])])
      return one
    },
    remove: (one: SentMail) =>
      byPerson.set(
        one.person,
        (byPerson.get(one.person) ?? []).filter((other) => other !== one),
      ),
  }
}
