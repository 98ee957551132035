import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { root } from '@fairpass/servers'
import { images } from './catalogue.ts'

// Guarantee: with a frozen lockfile the packages of an image can be installed, which takes every workspace's package.json.
test('the Dockerfiles know every workspace', async () => {
  const { workspaces } = await Bun.file(join(root, 'package.json')).json()
  const found = await Promise.all(
    (workspaces as string[]).map((pattern) =>
      Array.fromAsync(new Bun.Glob(`${pattern}/package.json`).scan({ cwd: root })),
    ),
  )
  for (const dockerfile of ['app', 'web']) {
    const text = await Bun.file(join(root, `k8s/images/${dockerfile}.Dockerfile`)).text()
    const missing = found.flat().filter((file) => !text.includes(`COPY ${file} `))
    expect({ dockerfile, missing }).toEqual({ dockerfile, missing: [] })
  }
})

test('the Dockerfiles know what packages are patched with', async () => {
  const { patchedDependencies } = await Bun.file(join(root, 'package.json')).json()
  for (const dockerfile of ['app', 'web']) {
    const [beforeInstall] = (await Bun.file(join(root, `k8s/images/${dockerfile}.Dockerfile`)).text()).split(
      'RUN bun install',
    )
    for (const patch of Object.values<string>(patchedDependencies))
      expect(beforeInstall).toContain(`COPY ${patch.slice(0, patch.lastIndexOf('/'))} `)
  }
})

test('every program that an image is made of is there', async () => {
  for (const image of images)
    if (image.kind === 'bun')
      expect({ image: image.name, isThere: await Bun.file(join(root, image.entry)).exists() }).toEqual({
        image: image.name,
        isThere: true,
      })
})
