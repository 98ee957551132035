import { join } from 'node:path'
import { type ProcessSpec, respondsOk } from './process.ts'
import type { Part } from './programs/program.ts'
import { redisAnswers } from './redis-ping.ts'
import { isPrimary } from './replica-set.ts'

type At = {
  part: Part
  dataDir: string
  port: number
  /** The address it listens on: loopback, unless it has a network of its own. */
  listen?: string
}

const loopback = '127.0.0.1'

const minimalEnv = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  ...(process.env.HOME && { HOME: process.env.HOME }),
  ...(process.env.TMPDIR && { TMPDIR: process.env.TMPDIR }),
  LC_ALL: 'C',
})

/** MongoDB as a replica set of one node, which makes itself primary; journaled. */
export const mongodServer = ({ part, dataDir, port, listen = loopback }: At): ProcessSpec => {
  const dbPath = join(dataDir, 'mongod')
  return {
    name: 'mongod',
    folder: dbPath,
    command: [
      part.path,
      ...['--dbpath', dbPath, '--port', String(port), '--bind_ip', listen, '--nounixsocket'],
      ...['--replSet', 'fairpass', '--oplogSize', '256', '--wiredTigerCacheSizeGB', '0.25', '--quiet'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // A write that waits for the journal flushes it at once; this is how often it is flushed otherwise, in milliseconds.
      ...['--journalCommitInterval', '500'],
      // A slow write is logged with what it writes, hashes of passwords and tokens included.
      ...['--slowms', '3600000'],
      // What a killed process had changed in a transaction is locked until this runs out; ours take milliseconds.
      ...['--setParameter', 'transactionLifetimeLimitSeconds=5'],
      // One node has no other to step down for, so an orderly shutdown need not wait.
      ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
    ],
    env: { ...minimalEnv(), ...part.env },
    isReady: () => isPrimary(port),
  }
}

export const mongodUri = (port: number) => `mongodb://127.0.0.1:${port}/?replicaSet=fairpass`

/** Redis that has written to disk what it has acknowledged. */
export const redisServer = ({
  part,
  dataDir,
  port,
  listen = loopback,
  password,
}: At & { password?: string | undefined }): ProcessSpec => {
  const dir = join(dataDir, 'redis')
  return {
    name: 'redis',
    folder: dir,
    command: [
      part.path,
      ...['--dir', dir, '--port', String(port), '--bind', listen, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--aof-load-truncated', 'yes'],
      ...(password ? ['--requirepass', password] : []),
      // Without a password Redis answers only its own machine, which its network here is not.
      ...(listen === loopback ? [] : ['--protected-mode', 'no']),
    ],
    env: { ...minimalEnv(), ...part.env },
    isReady: () => redisAnswers(port),
  }
}

/** The control plane does little, but often: with one thread no other one is woken for it. */
const controlPlaneEnv = () => ({ ...minimalEnv(), GOMAXPROCS: '1' })

type ControlPlane = { part: Part; port: number; healthPort: number }

/** Dapr's placement service, which knows which sidecar hosts which actor. It starts with an empty state. */
export const placementServer = ({
  part,
  port,
  healthPort,
  raftPort,
}: ControlPlane & { raftPort: number }): ProcessSpec => ({
  name: 'placement',
  command: [
    part.path,
    ...['--port', String(port), '--listen-address', '127.0.0.1'],
    ...['--healthz-port', String(healthPort), '--healthz-listen-address', '127.0.0.1'],
    ...['--id', 'fairpass', '--initial-cluster', `fairpass=127.0.0.1:${raftPort}`],
    ...['--enable-metrics=false', '--log-as-json'],
    // A sidecar that was killed is noticed within seconds, and its actors move back to the next one.
    ...['--keepalive-time', '1s', '--keepalive-timeout', '2s'],
  ],
  env: { ...controlPlaneEnv(), ...part.env },
  // A single instance checks every five milliseconds whether it is still the leader.
  timerSlackMs: 50,
  isReady: () => respondsOk(`http://127.0.0.1:${healthPort}/healthz`),
})

type Scheduler = ControlPlane & { dataDir: string; etcdClientPort: number; etcdPeerPort: number }

/** Dapr's scheduler, which keeps reminders in an etcd of its own under the data folder. */
export const schedulerServer = ({
  part,
  port,
  healthPort,
  dataDir,
  etcdClientPort,
  etcdPeerPort,
}: Scheduler): ProcessSpec => {
  const dir = join(dataDir, 'scheduler')
  return {
    name: 'scheduler',
    folder: dir,
    command: [
      part.path,
      ...[
        '--port',
        String(port),
        '--listen-address',
        '127.0.0.1',
        '--override-broadcast-host-port',
        `127.0.0.1:${port}`,
      ],
      ...['--healthz-port', String(healthPort), '--healthz-listen-address', '127.0.0.1'],
      ...['--id', 'fairpass', '--etcd-initial-cluster', `fairpass=http://127.0.0.1:${etcdPeerPort}`],
      ...['--etcd-client-port', String(etcdClientPort), '--etcd-client-listen-address', '127.0.0.1'],
      ...['--etcd-data-dir', dir, '--etcd-initial-election-tick-advance'],
      ...['--identity-directory-write', join(dir, 'identity'), '--enable-metrics=false', '--log-as-json'],
    ],
    env: { ...controlPlaneEnv(), ...part.env },
    timerSlackMs: 20,
    isReady: () => respondsOk(`http://127.0.0.1:${healthPort}/healthz`),
  }
}
