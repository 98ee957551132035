import { runtime } from '@fairpass/sdk/runtime'
import type { Pictures } from './pictures.ts'

/** Only what this runtime needs is loaded. */
export const pictures: Pictures =
  runtime.name === 'bun' ? (await import('./bun.ts')).bunPictures : (await import('./plain.ts')).plainPictures
