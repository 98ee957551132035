import { join } from 'node:path'
import { root } from '../root.ts'
import { findGoProgram } from './go-program.ts'
import { isAtLeast, versionOf } from './program.ts'

const pinned = '1.16.5'

/**
 * The Dapr CLI: from PATH, or built once into the cache.
 * @throws UserError where there is neither
 */
export const findDaprCli = async (): Promise<string> => {
  const onPath = Bun.which('dapr')
  const version = onPath && (await versionOf(onPath, '--version'))
  if (onPath && version && isAtLeast(version, pinned)) return onPath
  return findGoProgram({
    name: 'dapr',
    module: join(root, 'dapr', 'cli'),
    package: 'github.com/dapr/cli',
    ldflags: `-X main.version=${pinned}`,
  })
}
