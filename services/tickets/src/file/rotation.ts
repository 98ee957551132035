import { inTransaction } from '@fairpass/sdk/mongo'
import { forEachOf } from '@fairpass/sdk/run-periodically'
import { unpack } from './content.ts'
import type { UploadDeps } from './upload.ts'

const rotatedAtOnce = 20

/**
 * Brings what is sealed under the key before under the current one, a few at a time.
 * @param onDone called once there is none left: from then on nobody needs the key before
 */
export const createRotation = (
  { db, store, seal }: Pick<UploadDeps, 'db' | 'store' | 'seal'>,
  onDone: () => void = () => {},
) => {
  let isDone = false

  /** @returns `more` while there may be some left */
  return async (): Promise<'more' | undefined> => {
    const found = await store.underOtherKeys(seal.keyId, rotatedAtOnce)
    await forEachOf('file under an earlier key', found, async (file) => {
      const data = await store.dataOf(file)
      if (!data) return
      const { barcode } = unpack(await seal.open(file._id, { ...file, data }))
      const key = await seal.rewrap(file)
      await inTransaction(db, (session) => store.rewrapIn(session, file, key, barcode && seal.fingerprints(barcode)))
    })
    if (found.length > 0) return 'more'
    if (!isDone) onDone()
    isDone = true
    return undefined
  }
}
