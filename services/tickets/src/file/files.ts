import { NotFoundError } from '@fairpass/sdk/errors'
import { type Content, unpack } from './content.ts'
import { createErasing } from './erasing.ts'
import { UnknownFileKeyError } from './key-wrap.ts'
import { createPassingOn } from './passing-on.ts'
import { createRotation } from './rotation.ts'
import type { StoredFile } from './store.ts'
import { createUpload, type UploadDeps } from './upload.ts'

/**
 * The files of listings: uploaded, opened for who bought them, and erased in time.
 * @param deps `keptDays`: see `createErasing`; `onRotated`: see `createRotation`
 */
export const createFiles = (deps: UploadDeps & { keptDays: number; onRotated?: () => void }) => {
  const { tickets, store, seal } = deps
  const erasing = createErasing(deps)
  const fileOf = async (ticketId: string) => {
    const ticket = await tickets.find(ticketId)
    return ticket?.file && (await store.find(ticket.file.id))
  }

  return {
    upload: createUpload({ ...deps, erasing }),
    eraseOf: erasing.eraseOf,
    eraseDue: erasing.eraseDue,
    passOn: createPassingOn({ ...deps, erasing }),
    changeOwner: store.changeOwner,

    /**
     * What a buyer bought, opened; who looks is noted first.
     * @throws NotFoundError when there is no file, or none any more
     */
    open: async (ticketId: string, view: StoredFile['views'][number]): Promise<Content> => {
      const file = await fileOf(ticketId)
      const data = file && (await store.dataOf(file))
      if (!file || !data) throw new NotFoundError('There is no file for this order')
      await store.noteView(file._id, view)
      return unpack(await seal.open(file._id, { ...file, data }))
    },

    /** When a listing's file came, and who looked at it when. */
    evidenceOf: async (ticketId: string) => {
      const file = await fileOf(ticketId)
      return file ? { uploadedAt: file.at, barcodes: file.barcodes, views: file.views } : undefined
    },

    /** @throws UnknownFileKeyError when there are files that nobody could open */
    assertKeysKnown: async (): Promise<void> => {
      for (const keyId of await store.keyIds()) if (!seal.knows(keyId)) throw new UnknownFileKeyError(keyId)
    },

    rotate: createRotation(deps, deps.onRotated),
  }
}

export type Files = ReturnType<typeof createFiles>
