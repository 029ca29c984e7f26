import type { Command, ErrorFrame, Frame, FrameOf, SessionEvent } from '@longwire/protocol'
import { ERRORS, mayReconnect } from '@longwire/protocol'
import { errorOf, type LongwireError, localError } from '../longwire-error.ts'
import type { Outside } from '../outside.ts'
import type { Wire } from '../wire/wire.ts'
import { type LinkInput, type LinkState, type Loss, step } from './link-state.ts'

/** What a server sends to a session: a frame, an event, or something of a later version. */
export type Incoming = (Frame | SessionEvent) & { readonly ch?: number; readonly id?: string }

/** A short-lived proof of who asks, or a function that fetches a fresh one for every try. */
export type Ticket = string | (() => string | Promise<string>)

export interface LinkListener {
  moved(state: LinkState): void
  heard(frame: Incoming): void
  /** Whether anything still wants the line once it is lost. */
  isWanted(): boolean
}

/** From dialling to `welcome`. Past it the try counts as lost. */
const WELCOME_MS = 10_000
/** A line may be silent for so many heartbeats before it is dead; a little before that it is asked. */
const DEAD_AFTER = 2
const ASK_AFTER = 1.25
const UNAUTHENTICATED = ERRORS.unauthenticated.close

/** The one line of a client: dials, greets, listens for silence, and comes back. It knows nothing of sessions. */
export class Link {
  #state: LinkState = { kind: 'idle' }
  #wire: Wire | undefined
  #heardAt = 0
  #goawayMs: number | undefined
  #refusal: ErrorFrame | undefined
  #stopTimer = () => {}
  readonly #url: string
  readonly #ticket: Ticket | undefined
  readonly #outside: Outside
  readonly #listener: LinkListener

  constructor(url: string, ticket: Ticket | undefined, outside: Outside, listener: LinkListener) {
    this.#url = url
    this.#ticket = ticket
    this.#outside = outside
    this.#listener = listener
  }

  get state(): LinkState {
    return this.#state
  }

  /** Something needs the line from now on. */
  want(): void {
    this.#move({ type: 'want' })
  }

  /** Only while online: who sends keeps what must not be lost, and sends it again on the next line. */
  send(command: Command): void {
    this.#wire?.send(JSON.stringify(command))
  }

  end(error: LongwireError): void {
    this.#move({ type: 'end', error })
  }

  #move(input: LinkInput): void {
    const before = this.#state
    this.#state = step(before, input)
    if (this.#state === before) return
    this.#act(this.#state)
    this.#listener.moved(this.#state)
  }

  /** What each state does when it is entered. */
  #act(state: LinkState): void {
    this.#stopTimer()
    if (state.kind !== 'online') this.#hangUp()
    switch (state.kind) {
      case 'connecting':
        this.#timer(WELCOME_MS, () => this.#lost('silent'))
        this.#dial()
        break
      case 'online':
        this.#listenForSilence(state.heartbeatMs)
        break
      case 'waiting':
        this.#timer(state.until - this.#outside.clock.now(), () => this.#move({ type: 'due' }))
        break
      case 'idle':
      case 'closed':
    }
  }

  #dial(): void {
    this.#goawayMs = undefined
    this.#refusal = undefined
    const wire = this.#outside.dial(this.#url, {
      opened: () => void this.#greet(wire),
      heard: (text) => this.#heard(text),
      closed: (code) => this.#closed(code),
    })
    this.#wire = wire
  }

  async #greet(wire: Wire): Promise<void> {
    if (this.#ticket === undefined) return
    try {
      const ticket = typeof this.#ticket === 'string' ? this.#ticket : await this.#ticket()
      if (this.#wire !== wire) return
      this.send({ type: 'hello', id: this.#outside.randomId(), ticket, versions: [1] })
    } catch {
      if (this.#wire === wire) this.#lost('cut')
    }
  }

  #heard(text: string): void {
    this.#heardAt = this.#outside.clock.now()
    const frame = parse(text)
    if (frame) this.#take(frame)
    else this.end(localError('not_longwire', text.slice(0, 80)))
  }

  #take(frame: Incoming): void {
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame)
        break
      case 'goaway':
        this.#goawayMs = frame.reconnectInMs
        break
      case 'heartbeat':
      case 'pong':
        break
      case 'error':
        // Of no command and no session: it says why the line is about to be closed.
        if (frame.ch === undefined && frame.id === undefined) this.#refusal = frame
        else this.#listener.heard(frame)
        break
      default:
        this.#listener.heard(frame)
    }
  }

  #welcome({ connection, principal, heartbeatMs }: FrameOf<'welcome'>): void {
    this.#move({ type: 'welcome', at: this.#outside.clock.now(), connection, principal, heartbeatMs })
  }

  #closed(code: number): void {
    const canComeBack = mayReconnect(code) && (code !== UNAUTHENTICATED || typeof this.#ticket === 'function')
    if (canComeBack) this.#lost(this.#goawayMs === undefined ? 'cut' : 'going_away')
    else this.end(this.#refusal ? errorOf(this.#refusal) : localError('line_refused', `close code ${code}`))
  }

  #lost(why: Loss): void {
    const at = this.#outside.clock.now()
    const wait = { chance: this.#outside.chance(), delayMs: this.#goawayMs, atLeastMs: this.#refusal?.retryAfterMs }
    this.#move(this.#listener.isWanted() ? { type: 'lost', why, at, ...wait } : { type: 'unneeded' })
  }

  // The clock is read when the timer fires, so a machine that slept through it knows at once.
  #listenForSilence(heartbeatMs: number): void {
    this.#timer(heartbeatMs / 2, () => {
      const silence = this.#outside.clock.now() - this.#heardAt
      if (silence > heartbeatMs * DEAD_AFTER) return this.#lost('silent')
      if (silence > heartbeatMs * ASK_AFTER) this.send({ type: 'ping', id: this.#outside.randomId() })
      this.#listenForSilence(heartbeatMs)
    })
  }

  #timer(ms: number, then: () => void): void {
    this.#stopTimer = this.#outside.clock.after(Math.max(0, ms), then)
  }

  #hangUp(): void {
    this.#wire?.close()
    this.#wire = undefined
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
