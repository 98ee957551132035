import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readRuntimes, root, runTool, UserError } from '@fairpass/servers'
import { buildArchive } from './build.ts'
import { type Image, images, services, shortName } from './catalogue.ts'
import { buildWithDocker, dockerAnswers } from './docker.ts'

const help = `bun run images [NAME…] [--tag local] [--archive] [--out FILE] [--runtime RUNTIME]

Builds the images of the five services, the web app and what the overlay local runs beside them; NAME is orders, web, …
RUNTIME says what the services run on: bun (which is usual), deno, or orders:deno,payments:deno for some of them.
With Docker they are built by the Dockerfiles in k8s/images. Without it, or with --archive, they are written into one
archive (dist/images.tar), together with MongoDB and Redis, which any cluster takes:

  ctr -n k8s.io images import dist/images.tar
  kind load image-archive dist/images.tar
  k3d image import dist/images.tar`

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tag: { type: 'string', default: 'local' },
      archive: { type: 'boolean', default: false },
      out: { type: 'string', default: join(root, 'dist/images.tar') },
      runtime: { type: 'string', default: process.env.RUNTIME ?? '' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const unknown = positionals.find((name) => !images.some((image) => shortName(image) === name))
  if (unknown) throw new UserError(`There is no image ${unknown}; there are ${images.map(shortName).join(', ')}`)
  const only = (image: Image) => positionals.length === 0 || positionals.includes(shortName(image))
  const runtimeOf = readRuntimes(values.runtime, services)
  if (!values.archive && (await dockerAnswers())) return buildWithDocker(values.tag, only, runtimeOf)
  const begun = performance.now()
  for (const { name, megabytes } of await buildArchive(values.out, { tag: values.tag, only, runtimeOf }))
    console.log(`${name.padEnd(44)} ${String(megabytes).padStart(4)} MB`)
  console.log(`${values.out}, ${((performance.now() - begun) / 1000).toFixed(1)} s`)
})
