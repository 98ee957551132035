import type { Part, PartName, ProcessSpec } from '@fairpass/servers'

/** Where a server runs, from its own point of view. */
type Place = {
  readonly part: Part
  readonly dataDir: string
  readonly listen: string
  readonly port: number
  /** Where apps are that this process serves. */
  readonly appHost: string
  /** Where it finds a file of this machine, which is one of the spec's `files`. */
  readonly pathOf: (path: string) => string
  /** Configuration by which the sidecars of this process find each other, and no others. */
  readonly nameFiles: () => Promise<readonly string[]>
}

/** A server, whichever way it is started. */
export type ServerSpec = {
  /** What the other servers call it in their network. */
  readonly name: string
  readonly part: PartName
  /** The image that it comes from, and the variable that names another one. */
  readonly image: { readonly name: string; readonly variable: string }
  /** Files and folders of this machine that it reads. */
  readonly files?: readonly string[]
  /** The port of an app of this process that it calls. */
  readonly appPort?: number
  readonly describe: (place: Place) => Promise<ProcessSpec>
}

type Started = {
  /** Where this process reaches it, on 127.0.0.1. */
  readonly port: number
  /** `host:port` for the other servers. */
  readonly inside: string
}

export type Start = (spec: ServerSpec) => Promise<Started>
