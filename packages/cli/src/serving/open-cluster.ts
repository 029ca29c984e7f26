import { createHash } from 'node:crypto'
import type { ServerOptions } from '@longwire/server'
import { type Bus, isShared, LocalBus, type SessionStore, type SharedStore } from '@longwire/store'
import { CommandFailure } from '../exit-codes.ts'

export interface ClusterFlags {
  readonly bus?: string
  readonly node?: string
}

/** This server as one of those that share the store. Without a bus it has to be the only one. */
export async function openCluster(
  { bus: url, node: name }: ClusterFlags,
  store: SessionStore,
  log: ServerOptions['log'],
): Promise<ServerOptions['cluster']> {
  if (!isShared(store)) return undefined
  const bus = url === undefined ? await lonelyBus(store) : await openBus(url, store, log)
  return { bus, ...(name === undefined ? {} : { name }) }
}

async function lonelyBus({ claims }: SharedStore): Promise<Bus> {
  const others = (await claims.nodes()).filter(({ isAlive }) => isAlive)
  if (others.length === 0) return new LocalBus().join()
  const names = others.map(({ name }) => name).join(', ')
  throw new CommandFailure(
    'data_in_use',
    `other nodes run on that database: ${names}`,
    'Give all of them a bus to hear each other: --bus nats://HOST.',
  )
}

async function openBus(url: string, { claims }: SharedStore, log: ServerOptions['log']): Promise<Bus> {
  const { NatsBus } = await import('@longwire/bus-nats') // only who has a bus waits for its driver
  // Those that share a store share a bus, and no others do, whoever else is on that NATS.
  const prefix = `longwire-${createHash('sha256')
    .update(await claims.secret())
    .digest('hex')
    .slice(0, 12)}`
  const onChange = (isUp: boolean) =>
    isUp ? log?.info('the bus is back') : log?.warn('the bus is gone: what other nodes run is followed slowly')
  try {
    return await NatsBus.open({ url, prefix, onChange })
  } catch (cause) {
    throw new CommandFailure('failed', `cannot use the bus: ${(cause as Error).message}`, undefined, { cause })
  }
}
