import type { Command, FrameOf } from '@longwire/protocol'
import { mayReconnect } from '@longwire/protocol'
import type { Auth, Credentials } from '../auth/credentials.ts'
import { errorOf, type LongwireError, localError } from '../longwire-error.ts'
import type { Outside } from '../outside.ts'
import type { WireName } from '../wire/wire.ts'
import { Dialling, type Incoming } from './dialling.ts'
import { type LinkInput, type LinkState, type Loss, step } from './link-state.ts'
import type { Succession } from './succession.ts'
import type { WireChoice } from './wire-choice.ts'

export interface LinkOptions {
  readonly base: URL
  /** What is shown where `auth` is not a function that fetches it. */
  readonly credentials: Credentials
  readonly auth: Auth | undefined
  readonly choice: WireChoice
  /** Tries in a row before the client gives up. */
  readonly tries: number
}

interface DiallingEnds {
  welcomed(line: Dialling, frame: FrameOf<'welcome'>): void
  over(line: Dialling, code: number): void
}

export interface LinkListener {
  moved(state: LinkState): void
  heard(frame: Incoming): void
  /** Whether anything still wants the line once it is lost. */
  isWanted(): boolean
}

/** From dialling to `welcome`. Past it the try counts as lost. */
const WELCOME_MS = 10_000
/** The same where another wire is left to try. */
const NEXT_WIRE_MS = 5_000
/** A line may be silent for so many heartbeats before it is dead; a little before that it is asked. */
const DEAD_AFTER = 2
const ASK_AFTER = 1.25
/** After waking, a line that is there answers within this. */
const PROMPT_MS = 3_000
const UNAUTHENTICATED = 4401

/** The one line of a client: dials, greets, listens for silence, and comes back. It knows nothing of sessions. */
export class Link {
  #state: LinkState = { kind: 'idle' }
  #line: Dialling | undefined
  /** Sees to it that a line which cannot stay as it is gets a better or a fresher one after it. */
  #succession: Succession | undefined
  #stopTimer = () => {}
  #stopWaking: (() => void) | undefined
  readonly #options: LinkOptions
  readonly #outside: Outside
  readonly #listener: LinkListener

  constructor(options: LinkOptions, outside: Outside, listener: LinkListener) {
    this.#options = options
    this.#outside = outside
    this.#listener = listener
  }

  get state(): LinkState {
    return this.#state
  }

  /** Something needs the line from now on. */
  want(): void {
    this.#move({ type: 'want', wire: this.#options.choice.first })
  }

  /** Only while online: who sends keeps what must not be lost, and sends it again on the next line. */
  send(command: Command): void {
    this.#line?.send(command)
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
        this.#stopWaking ??= this.#outside.wakes(() => this.#woken())
        this.#dial(state.wire)
        break
      case 'online':
        this.#listenForSilence(state.heartbeatMs)
        break
      case 'waiting':
        this.#timer(state.until - this.#outside.clock.now(), () => this.#move({ type: 'due' }))
        break
      case 'idle':
      case 'closed':
        this.#stopWaking?.()
        this.#stopWaking = undefined
    }
  }

  #dial(wire: WireName): void {
    const hasNext = this.#options.choice.after(wire) !== undefined
    this.#line = this.#dialling(wire, hasNext ? NEXT_WIRE_MS : WELCOME_MS, {
      welcomed: (line, frame) => this.#welcome(line, frame),
      over: (line, code) => this.#over(line, code),
    })
  }

  #dialling(wire: WireName, withinMs: number, on: DiallingEnds): Dialling {
    const { auth, credentials, base } = this.#options
    const line: Dialling = new Dialling(wire, this.#outside, {
      welcomed: (frame) => on.welcomed(line, frame),
      over: (code) => on.over(line, code),
      heard: (frame) => this.#succession?.heard(frame) || this.#listener.heard(frame),
      foreign: (text) => this.end(localError('not_longwire', text.slice(0, 80))),
    })
    // Whoever throws at once is as one who rejects.
    line.dial(base, auth ? Promise.resolve().then(auth) : credentials, withinMs)
    return line
  }

  #welcome(line: Dialling, { connection, principal, heartbeatMs, expiresAt }: FrameOf<'welcome'>): void {
    if (line !== this.#line) return
    void this.#options.choice.choose(line.name)
    this.#prepareSuccession(line, expiresAt ?? line.credentials.expiresAt)
    const at = this.#outside.clock.now()
    this.#move({ type: 'welcome', at, wire: line.name, connection, principal, heartbeatMs })
  }

  #prepareSuccession(line: Dialling, expiresAt: number | undefined): void {
    this.#succession?.stop()
    const { auth, choice } = this.#options
    if (line.name === choice.best && (expiresAt === undefined || !auth)) return
    import('./succession.ts').then(({ Succession }) => {
      if (line !== this.#line) return
      this.#succession = new Succession(line, { expiresAt, auth, choice, outside: this.#outside }, (wire, failed) =>
        this.#dialling(wire, NEXT_WIRE_MS, {
          welcomed: (next, frame) => this.#takeOver(next, frame),
          over: (next, code) => (next === this.#line ? this.#over(next, code) : failed()),
        }),
      )
    })
  }

  /** Another line is welcome: from here on it is the one. */
  #takeOver(line: Dialling, frame: FrameOf<'welcome'>): void {
    this.#line?.close()
    this.#line = line
    this.#welcome(line, frame)
  }

  #over(line: Dialling, code: number): void {
    if (line !== this.#line) return
    const isRefused = line.isWelcome || line.refusal !== undefined || isFromServer(code)
    const next = isRefused ? undefined : this.#options.choice.after(line.name)
    const canComeBack = mayReconnect(code) && (code !== UNAUTHENTICATED || this.#options.auth !== undefined)
    if (next) this.#move({ type: 'blocked', next })
    else if (canComeBack || !isRefused) this.#lost(line.goawayMs === undefined ? 'cut' : 'going_away')
    else this.end(line.refusal ? errorOf(line.refusal) : localError('line_refused', `${code}`))
  }

  #lost(why: Loss): void {
    const { choice, tries, base } = this.#options
    if (!this.#listener.isWanted()) this.#move({ type: 'unneeded' })
    else if (this.#state.kind === 'connecting' && this.#state.attempt >= tries) {
      this.end(localError('unreachable', base.origin))
    } else {
      const wait = { delayMs: this.#line?.goawayMs, atLeastMs: this.#line?.refusal?.retryAfterMs }
      const at = this.#outside.clock.now()
      const next = this.#line?.isWelcome ? choice.first : choice.best
      this.#move({ type: 'lost', why, at, chance: this.#outside.chance(), next, ...wait })
    }
  }

  // The clock is read when the timer fires, so a machine that slept through it knows at once.
  #listenForSilence(heartbeatMs: number): void {
    const { clock } = this.#outside
    const due = clock.now() + heartbeatMs / 2
    this.#timer(heartbeatMs / 2, () => {
      const now = clock.now()
      const silence = now - this.#line!.heardAt
      if (silence > heartbeatMs * DEAD_AFTER) this.#fellSilent(now - due < heartbeatMs)
      else {
        // Over HTTP the server knows that somebody is there by what it is asked alone.
        const isOwing = this.#line!.name !== 'websocket' && now - this.#line!.saidAt >= heartbeatMs
        if (isOwing || silence > heartbeatMs * ASK_AFTER) this.#ping()
        this.#listenForSilence(heartbeatMs)
      }
    })
  }

  /** A stream on which nothing comes though the server speaks is held back on its way: one for polls is not. */
  #fellSilent(wasAwake: boolean): void {
    const next = this.#options.choice.after(this.#line!.name)
    if (wasAwake && this.#line!.name === 'sse' && next) void this.#options.choice.choose(next)
    this.#lost('silent')
  }

  #ping(): void {
    this.send({ type: 'ping', id: this.#outside.randomId() })
  }

  /** The page is back, or the network: what waits goes on at once, and a line that seems to be there has to show it. */
  #woken(): void {
    this.#move({ type: 'woken' })
    if (this.#state.kind !== 'online') return
    const { clock } = this.#outside
    const line = this.#line!
    const { heartbeatMs } = this.#state
    const isDead = clock.now() - line.heardAt > heartbeatMs * DEAD_AFTER
    const askedAt = clock.now()
    this.#ping()
    this.#stopTimer()
    this.#timer(isDead ? 0 : PROMPT_MS, () => {
      if (line.heardAt < askedAt) this.#lost('silent')
      else this.#listenForSilence(heartbeatMs)
    })
  }

  #timer(ms: number, then: () => void): void {
    this.#stopTimer = this.#outside.clock.after(Math.max(0, ms), then)
  }

  #hangUp(): void {
    this.#succession?.stop()
    this.#line?.close()
    this.#line = undefined
  }
}

/** Whether only a server of ours closes a line like this. */
function isFromServer(code: number): boolean {
  return code >= 4000 || code === 1008 || code === 1009 || code === 1012 || code === 1013
}
