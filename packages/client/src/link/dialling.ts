import type { Command, ErrorFrame, Frame, FrameOf, SessionEvent } from '@longwire/protocol'
import type { Credentials } from '../auth/credentials.ts'
import type { Outside } from '../outside.ts'
import { CUT, type Wire, type WireName } from '../wire/wire.ts'

/** What a server sends to a session: a frame, an event, or something of a later version. */
export type Incoming = (Frame | SessionEvent) & { readonly ch?: number; readonly id?: string }

export interface DiallingListener {
  welcomed(frame: FrameOf<'welcome'>): void
  /** A frame after the welcome that is about a session or a command. */
  heard(frame: Incoming): void
  /** At most once, with the close code, and before a welcome too. Nothing is heard afterwards. */
  over(code: number): void
  /** What answers speaks something else. */
  foreign(text: string): void
}

/**
 * One dial of one wire, from fetching who asks to the end of the line that came of it. What it was told about that end, an
 * error or when to come back, is kept.
 */
export class Dialling {
  readonly name: WireName
  credentials: Credentials = {}
  heardAt: number
  saidAt: number
  goawayMs: number | undefined
  refusal: ErrorFrame | undefined
  isWelcome = false
  #wire: Wire | undefined
  #isOver = false
  #stopTimer = () => {}
  readonly #outside: Outside
  readonly #listener: DiallingListener

  constructor(name: WireName, outside: Outside, listener: DiallingListener) {
    this.name = name
    this.#outside = outside
    this.#listener = listener
    this.heardAt = this.saidAt = outside.clock.now()
  }

  /** Dials, and gives up where there is no welcome in time. */
  dial(base: URL, fetched: Credentials | Promise<Credentials>, withinMs: number): void {
    this.#stopTimer = this.#outside.clock.after(withinMs, () => this.#closed(CUT))
    if (fetched instanceof Promise) {
      fetched.then(
        (credentials) => this.#open(base, credentials),
        () => this.#closed(CUT),
      )
    } else this.#open(base, fetched)
  }

  send(command: Command): void {
    this.saidAt = this.#outside.clock.now()
    this.#wire?.send(JSON.stringify(command))
  }

  /** Lets go of it. Its listener hears nothing more. */
  close(): void {
    this.#isOver = true
    this.#stopTimer()
    this.#wire?.close()
  }

  #open(base: URL, credentials: Credentials): void {
    if (this.#isOver) return
    this.credentials = credentials
    const target = { base, credentials: () => this.credentials }
    this.#wire = this.#outside.dials[this.name](target, {
      opened: () => this.#greet(),
      heard: (text) => this.#isOver || this.#heard(text),
      closed: (code) => this.#closed(code),
    })
  }

  // Over HTTP every request says it.
  #greet(): void {
    const { ticket } = this.credentials
    if (this.#isOver || ticket === undefined || this.name !== 'websocket') return
    this.send({ type: 'hello', id: this.#outside.randomId(), ticket, versions: [1] })
  }

  #heard(text: string): void {
    this.heardAt = this.#outside.clock.now()
    const frame = parse(text)
    if (!frame) {
      this.close()
      this.#listener.foreign(text)
    } else this.#take(frame)
  }

  #take(frame: Incoming): void {
    switch (frame.type) {
      case 'welcome':
        this.#stopTimer()
        this.isWelcome = true
        this.#listener.welcomed(frame)
        break
      case 'goaway':
        this.goawayMs = frame.reconnectInMs
        break
      case 'heartbeat':
      case 'pong':
        break
      case 'error':
        // Of no command and no session: it says why the line is about to be closed.
        if (frame.ch === undefined && frame.id === undefined) this.refusal = frame
        else this.#listener.heard(frame)
        break
      default:
        this.#listener.heard(frame)
    }
  }

  #closed(code: number): void {
    if (this.#isOver) return
    this.close()
    this.#listener.over(code)
  }
}

function parse(text: string): Incoming | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && 'type' in frame ? (frame as Incoming) : undefined
  } catch {
    return undefined
  }
}
