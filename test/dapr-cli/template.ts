import { dirname, join, resolve } from 'node:path'
import { type Ports, readTemplate } from '@fairpass/servers'

/** Where the CLI, and with it every sidecar, looks for the control plane. */
const controlPlane = { placement: 50_005, scheduler: 50_006 }

/**
 * The run template itself where the ports that it names are free; else a copy in `folder` with other ports and the same in
 * all else, because another marketplace may be running on this machine.
 */
export const onFreePorts = async (file: string, folder: string, ports: Ports) => {
  const { apps } = await readTemplate(file)
  const web = apps.find(({ id }) => id === 'web')
  const wanted = [
    ...Object.values(controlPlane),
    ...apps.flatMap(({ port, sidecar }) => [port, ...Object.values(sidecar)]),
  ]
  const given = new Map<number, number>()
  for (const port of wanted) given.set(port, await ports.preferably(port))
  const portOf = (port: number) => given.get(port) ?? port
  const places = {
    web: portOf(web?.port ?? 0),
    placement: portOf(controlPlane.placement),
    scheduler: portOf(controlPlane.scheduler),
  }
  if (wanted.every((port) => portOf(port) === port)) return { file, ...places }
  const copy = join(folder, 'dapr.yaml')
  const { placement, scheduler } = places
  const addresses = `  placementHostAddress: localhost:${placement}\n  schedulerHostAddress: localhost:${scheduler}`
  const text = (await Bun.file(file).text())
    .replace(/^common:$/m, `common:\n${addresses}`)
    .replace(/^( +(?:appPort|dapr\w+Port): )(\d+)$/gm, (_, name, port) => `${name}${portOf(Number(port))}`)
    .replace(
      /^( +(?:- |configFilePath: |appDirPath: ))(\.\.?\/\S+)$/gm,
      (_, name, path) => name + resolve(dirname(file), path),
    )
  await Bun.write(copy, text)
  return { file: copy, ...places }
}
