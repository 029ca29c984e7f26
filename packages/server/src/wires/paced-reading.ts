import { setTimeout as wait } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import type { Connection } from '../connection/connection.ts'
import type { WebSocketWire } from './websocket-wire.ts'

/** How long the goodbye may take of a peer that was shown out for its rate. */
const LEAVE_MS = 1_000

/**
 * Reads from a WebSocket only while its peer takes its answers and keeps to its rate. What is not read waits at the other
 * end: TCP holds it back there, and it costs nothing here.
 */
export class PacedReading {
  readonly #socket: WebSocket
  readonly #wire: WebSocketWire
  readonly #connection: Connection
  #isResting = false
  #isLeaving = false

  constructor(socket: WebSocket, wire: WebSocketWire, connection: Connection) {
    this.#socket = socket
    this.#wire = wire
    this.#connection = connection
  }

  /** Whether it is not read from for its rate: a sign of life could not be heard now. */
  get isResting(): boolean {
    return this.#isResting
  }

  /** Something was read. */
  goOn(): void {
    if (this.#connection.isShownOut) this.#leave()
    if (this.#isLeaving || this.#socket.isPaused || (!this.#isCrowded && this.#connection.restMs === 0)) return
    this.#socket.pause()
    void this.#rest().then(() => {
      if (!this.#isLeaving) this.#socket.resume()
    })
  }

  /** Whoever floods does not get to send all that it has left before it goes. */
  #leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#socket.pause()
    setTimeout(() => this.#socket.terminate(), LEAVE_MS).unref()
  }

  /** Readers stop at the bound: what is beyond it is answers, and a peer that takes none may not ask for more. */
  get #isCrowded(): boolean {
    return this.#wire.buffered >= 2 * this.#connection.house.limits.bufferBytes
  }

  async #rest(): Promise<void> {
    const { restMs } = this.#connection
    if (restMs > 0) {
      this.#isResting = true
      await wait(restMs, undefined, { ref: false })
      this.#connection.alive()
      this.#isResting = false
    }
    if (this.#isCrowded) await this.#wire.drained()
  }
}
