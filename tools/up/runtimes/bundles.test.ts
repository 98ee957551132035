import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@fairpass/servers/testing'
import { bundleApps } from './bundles.ts'

const sources: Record<string, string> = {
  'src/main.ts': `import { ask } from './deep/ask.ts'
ask()`,
  'src/deep/ask.ts': `
const fail = (): never => {
  throw new Error('seen where it was written')
}
export const ask = () => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url).href)
  worker.onmessage = ({ data }) => { console.log(data); worker.terminate(); fail() }
}`,
  'src/deep/worker.ts': `postMessage('from the worker')`,
}

const appIn = (dir: string, command: string[]) => ({
  ...{ id: 'shop', dir, port: 1, env: {}, command },
  sidecar: { httpPort: 1, grpcPort: 1, internalGrpcPort: 1 },
})

const folder = temporaryFolder()
for (const [file, text] of Object.entries(sources)) {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

test('one file runs as its sources do: it finds its worker, and an error names the line that was written', async () => {
  const bundles = await bundleApps([appIn(folder, ['bun', 'src/main.ts'])], join(folder, 'data'))
  const main = bundles.get('shop') ?? ''
  expect(main).toBe(join(folder, 'data', 'apps', 'shop', 'main.js'))
  const child = Bun.spawn([process.execPath, main], { stdout: 'pipe', stderr: 'pipe' })
  const [said, complained] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  expect(said).toBe('from the worker\n')
  expect(complained).toContain('deep/ask.ts:3')
})

test('what is started by another command is left as it is', async () => {
  expect([...(await bundleApps([appIn(folder, ['bun', 'start.ts'])], join(folder, 'data')))]).toEqual([])
})

test('sources that cannot be bundled are told by the name of their app', async () => {
  const broken = temporaryFolder()
  mkdirSync(join(broken, 'src'))
  writeFileSync(join(broken, 'src/main.ts'), `import './missing.ts'`)
  const bundling = bundleApps([appIn(broken, ['bun', 'src/main.ts'])], join(broken, 'data'))
  await expect(bundling).rejects.toThrow(/^shop could not be bundled:\s.*missing\.ts/s)
})
