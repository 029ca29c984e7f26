import { LocalBus, MemoryStore, type SessionStore, StoreUnavailable } from '@longwire/store'
import type { ServerOptions } from '../src/index.ts'
import { type House, house } from './house.ts'
import { ScriptedHost } from './scripted-host.ts'

// Several servers in this process that share one store and one bus, each of which can be cut off from either.

export interface Node extends House {
  readonly name: string
  /** Cuts the node off from the store, or lets it back. */
  cutStore(isCut: boolean): void
  /**
   * The next call of this method of the store fails, once: as `unknown` after the store did it, as `unavailable` in place
   * of it. Resolves when it has.
   */
  failOnce(method: string, fault: StoreUnavailable['fault']): Promise<void>
  /** Cuts the node off from the bus, or lets it back. */
  cutBus(isCut: boolean): void
  /** Nobody hears of this node again, and it hears of nobody. */
  kill(): void
}

export interface Nodes {
  readonly store: MemoryStore
  readonly nodes: readonly Node[]
  start(name: string, options?: Partial<ServerOptions>): Promise<Node>
}

/** Short, so that a node is soon noticed to be dead, and long enough for a machine with much else to do. */
const QUICK = {
  leaseMs: 1_200,
  beatMs: 150,
  marginMs: 400,
  sweepMs: 50,
  followMs: 100,
  actMs: 500,
  watchMs: 200,
}

export interface NodesOptions {
  /** What becomes of a message on the bus: as `carry` of the bus. */
  readonly carry?: (topic: string) => readonly number[]
}

/** Starts so many nodes, named a, b, c … */
export async function nodes(count: number, options: NodesOptions = {}): Promise<Nodes> {
  const { carry = () => [0] } = options
  const store = new MemoryStore()
  const cutFromBus = new Set<string>()
  const bus = new LocalBus({
    carry: (from, to, topic) => (cutFromBus.has(from) || cutFromBus.has(to) ? [] : carry(topic)),
  })
  const all: Node[] = []
  const start = async (name: string, more: Partial<ServerOptions> = {}): Promise<Node> => {
    const cut: Cut = { isCut: false, failing: new Map() }
    const host = new ScriptedHost()
    const own = await house({
      agents: host,
      data: cuttable(store, cut),
      cluster: { name, bus: bus.join(name), times: QUICK },
      ...more,
    })
    const node: Node = {
      ...own,
      name,
      cutStore: (isCut) => {
        cut.isCut = isCut
      },
      failOnce: (method, fault) => new Promise((failed) => cut.failing.set(method, { fault, failed })),
      cutBus: (isCut) => {
        if (isCut) cutFromBus.add(name)
        else cutFromBus.delete(name)
      },
      kill: () => {
        cut.isCut = true
        cutFromBus.add(name)
      },
    }
    all.push(node)
    return node
  }
  for (let n = 0; n < count; n += 1) await start('abcdefgh'[n]!)
  return { store, nodes: all, start }
}

interface Cut {
  isCut: boolean
  readonly failing: Map<string, { readonly fault: StoreUnavailable['fault']; readonly failed: () => void }>
}

/** The store as a node has it that can be cut off from it. Closing it leaves it to the others. */
function cuttable(store: MemoryStore, cut: Cut): SessionStore {
  const through = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(target, name, target)
        if (name === 'claims') return through(value as object)
        if (typeof value !== 'function') return value
        if (name === 'close') return async () => {}
        return async (...args: unknown[]) => {
          if (cut.isCut) throw new StoreUnavailable('unavailable', 'cut off by the test')
          const failing = cut.failing.get(String(name))
          if (!failing) return Reflect.apply(value, target, args)
          cut.failing.delete(String(name))
          if (failing.fault === 'unknown') await Reflect.apply(value, target, args)
          failing.failed()
          throw new StoreUnavailable(failing.fault, 'failed once by the test')
        }
      },
    })
  return through(store as SessionStore & object)
}

/** Resolves once it holds; it is looked at often. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}
