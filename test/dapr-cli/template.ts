import { basename, dirname, join, resolve } from 'node:path'
import { type Ports, readTemplate } from '@fairpass/servers'

/** Where the CLI, and with it every sidecar, looks for the control plane. */
const controlPlane = { placement: 50_005, scheduler: 50_006 }

/** Where the servers of this run are that a template on Deno names, because an app may reach nothing else. */
type Neighbours = Readonly<Record<string, string>>

/** A list of addresses that an app may reach, `--allow-net=…`, with the ports and the servers of this run. */
const reachable = (list: string, portOf: (port: number) => number, neighbours: Neighbours): string =>
  list
    .split(',')
    .map((address) => neighbours[address] ?? address.replace(/\d+$/, (port) => `${portOf(Number(port))}`))
    .join(',')

/**
 * The run template itself where the ports that it names are free and it names no server; else a copy in `folder` with other
 * ports and servers and the same in all else, because another marketplace may be running on this machine.
 */
export const onFreePorts = async (file: string, folder: string, ports: Ports, neighbours: Neighbours) => {
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
  const namesServers = apps.some(({ command }) => command.some((word) => word.startsWith('--allow-net=')))
  if (!namesServers && wanted.every((port) => portOf(port) === port)) return { file, ...places }
  const copy = join(folder, basename(file))
  const { placement, scheduler } = places
  const addresses = `  placementHostAddress: localhost:${placement}\n  schedulerHostAddress: localhost:${scheduler}`
  const text = (await Bun.file(file).text())
    .replace(/^common:$/m, `common:\n${addresses}`)
    .replace(/^( +(?:appPort|dapr\w+Port): )(\d+)$/gm, (_, name, port) => `${name}${portOf(Number(port))}`)
    .replace(
      /^( +(?:- |configFilePath: |appDirPath: ))(\.\.?\/\S+)$/gm,
      (_, name, path) => name + resolve(dirname(file), path),
    )
    .replace(/(?<=--allow-net=)[^"\n]+/g, (list) => reachable(list, portOf, neighbours))
  await Bun.write(copy, text)
  return { file: copy, ...places }
}
