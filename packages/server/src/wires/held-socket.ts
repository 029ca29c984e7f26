import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Connection } from '../connection/connection.ts'
import type { HeldWire } from './held-wire.ts'
import type { PacedReading } from './paced-reading.ts'
import type { WebSocketWire } from './websocket-wire.ts'

/**
 * A WebSocket connection as the server keeps time for it. A peer that is silent for the interval is asked for a sign of
 * life, and one that gives none for another is dead: its socket is cut, for nobody would answer a close. It is always asked
 * first, so a server that itself was held up for long drops nobody for it.
 */
export class HeldSocket implements HeldWire {
  readonly name = 'websocket'
  readonly connection: Connection
  readonly wire: WebSocketWire
  readonly gone: Promise<void>
  readonly #socket: WebSocket
  readonly #stream: Duplex
  readonly #reading: PacedReading
  /** What the peer's side had taken when time was last kept. */
  #taken = 0
  /** When the peer was last asked for a sign of life. */
  #askedAt = 0

  constructor(connection: Connection, wire: WebSocketWire, socket: WebSocket, stream: Duplex, reading: PacedReading) {
    this.connection = connection
    this.wire = wire
    this.#socket = socket
    this.#stream = stream
    this.#reading = reading
    this.gone = new Promise((gone) => socket.once('close', () => gone()))
  }

  askForLife(): void {
    const { heartbeatMs, clock } = this.connection.house
    const stream = this.#stream
    // A peer that still takes what waits for it is alive, however long its answer stands behind that.
    const taken = ((stream as Socket).bytesWritten ?? 0) - stream.writableLength
    if (this.#reading.isResting || (stream.writableLength > 0 && taken > this.#taken)) this.connection.alive()
    this.#taken = taken
    if (this.connection.silentMs < heartbeatMs) return
    const now = clock.now()
    if (this.#askedAt <= now - this.connection.silentMs) {
      this.#askedAt = now
      if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
    } else if (now - this.#askedAt >= heartbeatMs) this.cut()
  }

  cut(): void {
    this.#socket.terminate()
  }
}
