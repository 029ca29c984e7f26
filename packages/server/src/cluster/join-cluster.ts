import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { isShared, type SessionStore } from '@longwire/store'
import { type ResolvedOptions, ServerMisuse } from '../options.ts'
import { Cluster } from './cluster.ts'

/** This server as one of several, where it is to be one. `onCut`: those who are connected to it are served better elsewhere. */
export async function joinCluster(
  { cluster, limits, log, clock, port }: ResolvedOptions,
  store: SessionStore,
  onCut: () => void,
): Promise<Cluster | undefined> {
  if (!cluster) return undefined
  if (!isShared(store)) throw new ServerMisuse('cannot share this store with other nodes: it has no claims')
  const { bus, times, name = `${hostname()}-${port}` } = cluster
  // Names on a bus are plain; another for each life of the process.
  const node = `${name.replaceAll(/[^\w-]/g, '-')}-${randomBytes(6).toString('hex')}`
  return Cluster.join({ node, name, store, bus, times, limits, log, now: () => clock.now(), onCut })
}
