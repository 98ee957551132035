import { expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.ts'
import { readTemplate } from './template.ts'
import { temporaryFolder } from './testing/scripts.ts'

const folder = temporaryFolder()

test('the template names six apps, each with ports and a folder of its own, and files that exist', async () => {
  const { apps, configFile, resourcesPaths } = await readTemplate(join(root, 'dapr', 'dapr.yaml'))
  expect(apps.map(({ id }) => id)).toEqual(['auth', 'tickets', 'orders', 'expiration', 'payments', 'web'])
  const ports = apps.flatMap(({ port, sidecar }) => [port, ...Object.values(sidecar)])
  expect(new Set(ports).size).toBe(24)
  for (const path of [configFile, ...resourcesPaths, ...apps.map(({ dir }) => dir)]) expect(existsSync(path)).toBe(true)
})

test('paths are relative to the template, and an app has the common environment under its own', async () => {
  const file = join(folder, 'one.yaml')
  writeFileSync(
    file,
    `version: 1
common: { resourcesPaths: [./components], configFilePath: config.yaml, env: { SIZE: small, COLOUR: red } }
apps:
  - { appID: a, appDirPath: ../a, appPort: 1, daprHTTPPort: 2, daprGRPCPort: 3, daprInternalGRPCPort: 4, command: [bun, a.ts], env: { SIZE: large } }
`,
  )
  const { apps, resourcesPaths, configFile } = await readTemplate(file)
  expect(resourcesPaths).toEqual([join(folder, 'components')])
  expect(configFile).toBe(join(folder, 'config.yaml'))
  expect(apps[0]).toMatchObject({ dir: join(folder, '../a'), env: { SIZE: 'large', COLOUR: 'red' } })
})

test('a template that cannot be used is told with the place of the mistake', async () => {
  const file = join(folder, 'wrong.yaml')
  writeFileSync(
    file,
    `version: 1
common: { resourcesPaths: [components], configFilePath: config.yaml }
apps:
  - { appID: a, appDirPath: a, appPort: many, daprHTTPPort: 2, daprGRPCPort: 3, daprInternalGRPCPort: 4, command: [bun] }
`,
  )
  await expect(readTemplate(file)).rejects.toThrow(
    /wrong\.yaml is not a run template that can be used at apps\.0\.appPort/,
  )
})
