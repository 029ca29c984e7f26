import { setTimeout as wait } from 'node:timers/promises'
import type { Identity } from '../auth/verifier.ts'
import { Connection, type ConnectionHouse } from '../connection/connection.ts'
import type { Connections } from '../connections.ts'
import { Refusal } from '../refusal.ts'
import type { HeldWire } from './held-wire.ts'
import type { LineDesk } from './line-desk.ts'
import type { LineWire } from './line-wire.ts'
import { type PolledFrames, PolledLineWire } from './polled-line-wire.ts'

/** A peer over HTTP that is silent for so many heartbeats is gone: while it is there it says something once in each. */
const DEAD_AFTER = 3

/** One connection over HTTP: frames leave by its wire, and come in by requests of their own. */
export class HttpLine implements HeldWire {
  readonly connection: Connection
  readonly wire: LineWire

  constructor(connection: Connection, wire: LineWire) {
    this.connection = connection
    this.wire = wire
  }

  get name(): LineWire['name'] {
    return this.wire.name
  }

  get gone(): Promise<void> {
    return this.wire.gone
  }

  /**
   * Takes the frames of one request, each a line of JSON. Waits first where the peer has not taken its answers, and afterwards
   * where it sends faster than it may: the next request comes when this one was answered.
   */
  async heard(text: string): Promise<void> {
    const { bufferBytes } = this.connection.house.limits
    if (this.wire.buffered >= 2 * bufferBytes) await this.wire.drained()
    for (const frame of text.split('\n')) if (frame !== '') void this.connection.heard(frame)
    const { restMs } = this.connection
    if (restMs > 0) await wait(restMs, undefined, { ref: false })
  }

  askForLife(): void {
    if (this.connection.silentMs >= DEAD_AFTER * this.connection.house.heartbeatMs) this.cut()
  }

  cut(): void {
    this.wire.cut()
  }
}

/** The lines over HTTP by an id that only whoever began the line is told. */
export class HttpLines implements LineDesk {
  readonly #maker: string
  readonly #house: ConnectionHouse
  readonly #connections: Pick<Connections, 'hold' | 'refuseMore'>
  readonly #byId = new Map<string, HttpLine>()

  /** `node`: where several nodes share a store, the one that began a line is named in it. */
  constructor(house: ConnectionHouse, connections: Pick<Connections, 'hold' | 'refuseMore'>, node?: string) {
    this.#maker = node === undefined ? '' : `${node}.`
    this.#house = house
    this.#connections = connections
  }

  /** Begins a line. `wireOf` gets the id that requests for it carry. */
  open<W extends LineWire>(identity: Identity, wireOf: (id: string) => W): { line: HttpLine; wire: W } {
    this.#connections.refuseMore()
    const id = `${this.#maker}${this.#house.clock.randomId()}`
    const wire = wireOf(id)
    const line = new HttpLine(new Connection(this.#house, wire, identity), wire)
    this.#byId.set(id, line)
    this.#connections.hold(line)
    void wire.gone.then(() => this.#byId.delete(id))
    return { line, wire }
  }

  async heard(line: string | undefined, frames: string): Promise<void> {
    await this.#find(line).heard(frames)
  }

  async poll(line: string | undefined, number: number, waitMs: number, gone: AbortSignal): Promise<PolledFrames> {
    const { wire, connection } = this.#find(line)
    if (!(wire instanceof PolledLineWire)) throw new Refusal('not_found', 'this line is a stream')
    connection.alive()
    const answer = await wire.poll(number, waitMs, gone)
    connection.alive()
    if (answer) return answer
    throw new Refusal('bad_field', 'poll must be the number of the last poll, or the next')
  }

  async cut(line: string | undefined): Promise<void> {
    this.#find(line).cut()
  }

  #find(id: string | undefined): HttpLine {
    const line = id === undefined ? undefined : this.#byId.get(id)
    if (line) return line
    throw new Refusal('not_found', 'there is no such line: it has ended')
  }
}
