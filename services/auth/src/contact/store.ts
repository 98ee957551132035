import type { ClientSession, Db } from 'mongodb'
import type { Category, Language } from '../mail/letter.ts'

/** How an account is written to. Apart from the account itself, whose version shows that a password was changed. */
export type Contact = {
  language?: Language
  /** what was switched off */
  off?: Category[]
  /** the address that was confirmed; another one of the account is not */
  confirmedEmail?: string
  /** the address whose mail server permanently refused a mail */
  bouncedEmail?: string
  /** a new address, until it was confirmed from where it has to be */
  change?: { id: string; newEmail: string; confirmed: ('old' | 'new')[]; expiresAt: Date }
}

/** How accounts are written to: language, what they want, which address was confirmed or refused. */
export const openContacts = (db: Db) => {
  const contacts = db.collection<Contact & { _id: string }>('contacts')
  const inSession = (session?: ClientSession) => (session ? { session } : {})

  const set = async (userId: string, change: Contact, session?: ClientSession): Promise<void> => {
    await contacts.updateOne({ _id: userId }, { $set: change }, { upsert: true, ...inSession(session) })
  }

  return {
    find: async (userId: string, session?: ClientSession): Promise<Contact> =>
      (await contacts.findOne({ _id: userId }, inSession(session))) ?? {},

    findMany: async (userIds: readonly string[]): Promise<Map<string, Contact>> =>
      new Map(
        (await contacts.find({ _id: { $in: [...userIds] } }).toArray()).map(({ _id, ...contact }) => [_id, contact]),
      ),

    set,

    /** The address was shown to be its owner's, so it works, too. */
    confirm: async (userId: string, email: string, session?: ClientSession): Promise<void> => {
      await contacts.updateOne(
        { _id: userId },
        { $set: { confirmedEmail: email }, $unset: { bouncedEmail: '' } },
        { upsert: true, ...inSession(session) },
      )
    },

    isConfirmed: async (userId: string, email: string): Promise<boolean> =>
      (await contacts.findOne({ _id: userId }))?.confirmedEmail === email,

    switchOff: async (userId: string, category: Category): Promise<void> => {
      await contacts.updateOne({ _id: userId }, { $addToSet: { off: category } }, { upsert: true })
    },

    endChange: async (userId: string, session: ClientSession): Promise<void> => {
      await contacts.updateOne({ _id: userId }, { $unset: { change: '' } }, { session })
    },

    forget: async (userId: string, session: ClientSession): Promise<void> => {
      await contacts.deleteOne({ _id: userId }, { session })
    },
  }
}

export type Contacts = ReturnType<typeof openContacts>
