import type { Command, ErrorCode } from '@longwire/protocol'
import type { Connection } from '../connection/connection.ts'
import { Refusal } from '../refusal.ts'
import type { Wire } from '../wires/wire.ts'
import type { End, Reply, Speech, Told } from './dialect.ts'

/** A wire under a dialect: it can be ended in the dialect's own way. */
export interface SpokenWire extends Wire {
  hangUp(end: End): void
}

/**
 * Stands between a connection and its wire and translates both ways. The connection has a peer like any other: its bounds,
 * its attachments and its places are those of the protocol.
 */
export class Interpreter implements Wire {
  readonly #wire: SpokenWire
  readonly #speech: Speech
  #connection: Connection | undefined
  #waiting: Command[] = []
  #isOver = false
  #isRoomy = true

  constructor(wire: SpokenWire, speech: Speech) {
    this.#wire = wire
    this.#speech = speech
  }

  /** From here on there is somebody to ask. */
  serve(connection: Connection): void {
    this.#connection = connection
    const waiting = this.#waiting
    this.#waiting = []
    this.#do({ ask: waiting })
    this.#do(this.#speech.begin())
  }

  /** The peer sent a frame. */
  heard(frame: string): void {
    if (this.#isOver) return
    try {
      this.#do(this.#speech.heard(frame))
    } catch (error) {
      // What the peer said was no frame of its dialect. The connection counts it, and answers it by way of `send`.
      if (!(error instanceof Refusal)) throw error
      this.#connection?.misread(error)
    }
  }

  send(frame: string): boolean {
    if (!this.#isOver) this.#do(this.#speech.told(JSON.parse(frame) as Told, frame))
    return this.#isRoomy
  }

  drained(): Promise<void> {
    this.#isRoomy = true
    return this.#wire.drained()
  }

  close(why: ErrorCode | 'done', reason?: string): void {
    this.#isOver = true
    this.#wire.close(why, reason)
  }

  #do({ tell = [], ask = [], end }: Reply): void {
    for (const frame of tell) this.#isRoomy = this.#wire.send(frame)
    if (ask.length > 0) this.#ask(ask)
    if (end === undefined || this.#isOver) return
    this.#isOver = true
    this.#wire.hangUp(end)
  }

  /** Not at once: this may be in the middle of a session's telling. */
  #ask(commands: readonly Command[]): void {
    const connection = this.#connection
    if (!connection) {
      this.#waiting.push(...commands)
      return
    }
    queueMicrotask(() => {
      for (const command of commands) void connection.heard(JSON.stringify(command))
    })
  }
}
