import { SourceRefused } from '../programs/download.ts'
import { run } from '../programs/run.ts'
import { npmProgram } from './npm-program.ts'

const pinned = '1.20261117.1'

let workerd: Promise<string | undefined> | undefined

/**
 * Cloudflare's workerd, out of its npm package; undefined where it cannot be fetched, or does not run. Asked once a process.
 */
export const findWorkerd = (): Promise<string | undefined> => {
  workerd ??= find()
  return workerd
}

const find = async () => {
  try {
    const path = await npmProgram({
      title: 'workerd',
      name: 'workerd',
      version: pinned,
      pattern: '@cloudflare/workerd-*/bin/workerd',
    })
    return (await run([path, '--version'], { timeoutMs: 15_000 })).ok ? path : undefined
  } catch (error) {
    if (error instanceof SourceRefused) return undefined
    throw error
  }
}
