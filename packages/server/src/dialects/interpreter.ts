import type { Command, ErrorCode, Limits } from '@longwire/protocol'
import type { Connection } from '../connection/connection.ts'
import { Refusal } from '../refusal.ts'
import type { Wire } from '../wires/wire.ts'
import type { End, Reply, Speech, Told } from './dialect.ts'

/** A wire under a dialect: it can be ended in the dialect's own way. */
export interface SpokenWire extends Wire {
  hangUp(end: End): void
}

/** The bounds of a connection that is spoken to in a dialect. How long a commit may be is asked for each attachment anew. */
export function limitsFor(speech: Speech, limits: Limits): Limits {
  return {
    ...limits,
    get stubBytes() {
      return speech.stubBytes ?? Number.MAX_SAFE_INTEGER
    },
  }
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
      const reply = this.#speech.heard(frame)
      // A frame that asks something is counted where that is asked.
      const isCounted = [reply.ask, reply.pass].some((asked) => asked !== undefined && asked.length > 0)
      if (isCounted || this.#mayGoOn(frame)) this.#do(reply)
    } catch (error) {
      // What the peer said was no frame of its dialect. The connection counts it, and answers it by way of `send`.
      if (!(error instanceof Refusal)) this.#fail(error)
      else if (this.#mayGoOn(frame)) this.#connection?.misread(error)
    }
  }

  /** Whether this frame, of which no command comes, is within the rates. */
  #mayGoOn(frame: string): boolean {
    return this.#connection?.counts(frame.length) ?? true
  }

  send(frame: string): boolean {
    if (this.#isOver) return this.#isRoomy
    try {
      this.#do(this.#speech.told(JSON.parse(frame) as Told, frame))
    } catch (error) {
      this.#fail(error)
    }
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

  /** A fault of the dialect ends its own line, and nothing else: whoever tells it something is in the middle of telling others. */
  #fail(error: unknown): void {
    this.#connection?.house.log.error({ err: error, connection: this.#connection.id }, 'a dialect failed')
    this.#isOver = true
    this.#wire.hangUp({ code: 1011, reason: 'internal', refusal: new Refusal('internal', 'the server failed at this') })
  }

  #do({ tell = [], ask = [], pass = [], end }: Reply): void {
    for (const frame of tell) this.#isRoomy = this.#wire.send(frame)
    if (ask.length > 0) this.#ask(ask)
    for (const frame of pass) void this.#connection?.heard(frame)
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
