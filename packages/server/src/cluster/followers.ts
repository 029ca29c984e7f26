import { comparePlaces } from '@longwire/protocol'
import type { Bus } from '@longwire/store'
import type { Session } from '../session/session.ts'
import { Broadcast } from './broadcast.ts'
import { type Packet, type Standing, topicOf, type Watched } from './node-messages.ts'

interface Followed {
  readonly session: Session
  readonly broadcast: Broadcast
  /** Until when each node is thought to listen. */
  readonly nodes: Map<string, number>
}

/** Which nodes have readers of the sessions of this one. A session that nobody follows says nothing on the bus. */
export class Followers {
  readonly #node: string
  readonly #bus: Bus
  readonly #keepMs: number
  readonly #followed = new Map<string, Followed>()
  readonly #sweeping: NodeJS.Timeout

  /** A node that has not asked for `keepMs` listens no more. */
  constructor(node: string, bus: Bus, keepMs: number) {
    this.#node = node
    this.#bus = bus
    this.#keepMs = keepMs
    this.#sweeping = setInterval(() => this.#sweep(), keepMs)
    this.#sweeping.unref()
  }

  /** That node follows the session from now on: how it stands, and what is being said where the node stands elsewhere. */
  add(session: Session, node: string, { epoch: known, at }: Standing): Watched {
    let followed = this.#followed.get(session.key)
    if (followed?.session !== session) {
      followed = { session, broadcast: this.#broadcast(session), nodes: new Map() }
      this.#followed.set(session.key, followed)
      session.outward = followed.broadcast
    }
    followed.nodes.set(node, performance.now() + this.#keepMs)
    followed.broadcast.flush()
    const { place, status, epoch = 0 } = session
    const isThere = known === epoch && comparePlaces(at, place) === 0
    return { epoch, at: place, status, ...(isThere ? {} : { drafts: session.drafts.text() }) }
  }

  isFollowed({ key }: Session): boolean {
    return this.#followed.has(key)
  }

  /** Whoever follows the session from elsewhere hears that it is run here now. */
  announce(session: Session): void {
    this.#broadcast(session).announce()
  }

  close(): void {
    clearInterval(this.#sweeping)
    for (const [key] of this.#followed) this.#drop(key)
  }

  #broadcast(session: Session): Broadcast {
    const topic = topicOf(session.key)
    return new Broadcast(session, this.#node, (packet: Packet) => this.#bus.publish(topic, JSON.stringify(packet)))
  }

  #sweep(): void {
    const now = performance.now()
    for (const [key, { session, nodes }] of this.#followed) {
      for (const [node, until] of nodes) if (until < now) nodes.delete(node)
      if (nodes.size === 0 || session.isLost) this.#drop(key)
    }
  }

  #drop(key: string): void {
    const followed = this.#followed.get(key)
    this.#followed.delete(key)
    if (followed && !followed.session.isLost) followed.session.outward = undefined
  }
}
