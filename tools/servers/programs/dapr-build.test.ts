import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'
import { nameResolutionConfig } from '../sidecar.ts'

// Guarantee: who builds daprd can run what runs on an official release, which carries every component.
test('the daprd that is built has every component that this machine asks for', () => {
  const main = readFileSync(join(root, 'dapr', 'runtime', 'daprd', 'main.go'), 'utf8')
  const registered = [...main.matchAll(/(\w+)\.DefaultRegistry\.RegisterComponent\([\w.]+, "([\w.-]+)"\)/g)]
  const built = registered.map(([, kind, name]) => `${kind}.${name}`)

  const files = readdirSync(join(root, 'components')).map((file) => join(root, 'components', file))
  const asked = files.flatMap((file) => {
    const { kind, spec } = Bun.YAML.parse(readFileSync(file, 'utf8')) as { kind: string; spec: { type: string } }
    return kind === 'Component' ? [spec.type] : []
  })
  expect(asked).toHaveLength(4)
  // `dapr run` names none, and gets Dapr's default.
  const resolvers = [nameResolutionConfig('names.db').spec.nameResolution.component, 'mdns']
  expect(new Set(built)).toEqual(new Set([...asked, ...resolvers.map((name) => `nameresolution.${name}`)]))
})
