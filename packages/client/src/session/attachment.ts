import type {
  Command,
  ErrorFrame,
  FrameOf,
  Level,
  Metadata,
  Place,
  SessionCommand,
  SessionEvent,
  Viewer,
} from '@longwire/protocol'
import { isAfter, ORIGIN, parsePlace, placeOf, printPlace } from '@longwire/protocol'
import { fold, type SessionView } from '@longwire/view'
import type { Doors } from '../doors.ts'
import { backOff } from '../link/back-off.ts'
import type { Incoming } from '../link/dialling.ts'
import { errorOf, type LongwireError } from '../longwire-error.ts'
import type { Outside } from '../outside.ts'
import type { ClientStorage } from '../storage.ts'
import type { ReadEvent } from './event-queue.ts'
import type { KeptSends } from './kept-sends.ts'
import { Outbox, type PostOptions, type Unsent } from './outbox.ts'

/** What a session needs of the client it belongs to. */
export interface Line {
  readonly isOnline: boolean
  readonly outside: Outside
  send(command: Command): void
  /** A channel that no attachment of this client ever had. */
  newChannel(attachment: Attachment): number
  released(ch: number): void
  readonly storage: ClientStorage | undefined
  /** What is asked of the session over plain HTTP. */
  doors(): Promise<Doors>
  /** Where inputs that wait outlive the page, where they do. */
  keptSends(session: string): Promise<KeptSends> | undefined
  /** A command was given, or answered. */
  outboxChanged(): void
}

export interface AttachmentListener {
  attached(): void
  /** The view was moved by `event`. */
  moved(event: ReadEvent): void
  outboxChanged(): void
  ended(error: LongwireError): void
}

/** How the session is asked for the first time: made, or found. */
export type Beginning =
  | { readonly type: 'open'; readonly agent: string; readonly session?: string; readonly metadata?: Metadata }
  | { readonly type: 'attach'; readonly session: string }

export interface Filtering {
  readonly trace?: Level
  readonly reasoning?: boolean
  /** Whether to be told who else reads the session: `session.viewers`. */
  readonly presence?: boolean
}

/*          line is online            attached: replay
 *   away ─────────────────► asking ──────────────────► live ◄── snapshot ── expecting
 *    ▲                        │ └─── attached: snapshot or reset ─────────────► ▲
 *    ├── line is lost ────────┤
 *    └── error: come later ───┘              live ── stub ──► fetching ── fetched ──► away
 *                any ── error: never, or detach ──► ended                                    */
type State =
  | { readonly kind: 'away' }
  | { readonly kind: 'asking'; readonly id: string }
  | { readonly kind: 'expecting'; readonly why: 'snapshot' | 'reset' }
  | { readonly kind: 'live' }
  | { readonly kind: 'fetching' }
  | { readonly kind: 'ended'; readonly error: LongwireError }

/** One session on the client's line: keeps its place and its view, and asks to go on from there on every new line. */
export class Attachment {
  view: SessionView
  place: Place
  log: string | undefined
  session: string | undefined
  agent: string | undefined
  /** Who else reads the session, as it was told last; nobody while there is no line. */
  viewers: readonly Viewer[] = []
  #state: State = { kind: 'away' }
  /** The last commit of the log when the session was attached to. */
  #head = 0
  #ch: number
  #tries = 0
  #connection = ''
  #stopTimer = () => {}
  /** Undefined once the session is known by its id. The command keeps its id, so that asking twice makes one session. */
  #opening: FrameOfOpen | undefined
  /** Whether there is a place to go on from. */
  hasPlace: boolean
  readonly #outbox: Outbox
  /** What comes before whatever else is sent is not there yet. */
  #isHeld = false
  readonly filtering: Filtering
  readonly #line: Line
  readonly #listener: AttachmentListener

  constructor(
    line: Line,
    beginning: Beginning,
    from: { readonly view: SessionView; readonly after?: string | undefined; readonly log?: string | undefined },
    filtering: Filtering,
    listener: AttachmentListener,
  ) {
    this.#line = line
    this.#listener = listener
    this.filtering = filtering
    this.#outbox = new Outbox(line.outside.clock, () => listener.outboxChanged())
    this.#ch = line.newChannel(this)
    this.view = from.view
    this.log = from.log
    this.hasPlace = from.after !== undefined
    this.place = from.after === undefined ? ORIGIN : placeNamed(from.after)
    if (beginning.type === 'open') this.#opening = { ...beginning, id: line.outside.randomId() }
    this.session = beginning.session
  }

  get isEnded(): boolean {
    return this.#state.kind === 'ended'
  }

  /** The line is there, or there again. Another connection may have taken over without one being lost. */
  lineFound(connection: string): void {
    if (connection !== this.#connection) this.lineLost()
    this.#connection = connection
    if (this.#state.kind === 'away') this.#ask()
  }

  lineLost(): void {
    if (this.#state.kind === 'ended') return
    this.#stopTimer()
    if (this.viewers[0]) {
      this.viewers = []
      this.#listener.outboxChanged()
    }
    this.#outbox.lineLost()
    if (this.#state.kind !== 'fetching') this.#state = { kind: 'away' }
  }

  post(command: SessionCommand, options?: PostOptions): ReturnType<Outbox['post']> {
    if (this.#state.kind === 'ended') return Promise.reject(this.#state.error)
    const answered = this.#outbox.post(command, options)
    this.#flush()
    return answered
  }

  /** Sends nothing until this is there, which goes first. */
  hold(first: Promise<unknown>): void {
    this.#isHeld = true
    void first.then(() => {
      this.#isHeld = false
      this.#flush()
    })
  }

  get unsent(): number {
    return this.#outbox.size
  }

  get inputs(): readonly Unsent[] {
    return this.#outbox.inputs
  }

  /** Lets go of the session: it goes on without this reader. */
  end(error: LongwireError): void {
    if (this.#state.kind === 'ended') return
    const wasAttached = this.#isAttached
    this.#stopTimer()
    this.#state = { kind: 'ended', error }
    if (wasAttached) this.#leaveChannel()
    this.#line.released(this.#ch)
    this.#outbox.fail(error)
    this.#listener.ended(error)
  }

  heard(frame: Incoming): void {
    switch (frame.type) {
      case 'attached':
        this.#attached(frame)
        break
      case 'snapshot':
        this.#snapshot(frame)
        break
      case 'ok':
        this.#outbox.settle(frame)
        break
      case 'presence':
        this.viewers = frame.viewers
        this.#listener.outboxChanged()
        break
      case 'error':
        this.#refused(frame)
        break
      default:
        this.#event(frame as SessionEvent)
    }
  }

  /** Whether the view is that of the log as it was when the line was found, or later. */
  get isCaughtUp(): boolean {
    return this.#state.kind === 'live' && this.#line.isOnline && !isAfter({ seq: this.#head, sub: 0 }, this.place)
  }

  get #isAttached(): boolean {
    return this.#line.isOnline && (this.#state.kind === 'live' || this.#state.kind === 'expecting')
  }

  #ask(): void {
    const id = this.#opening?.id ?? this.#line.outside.randomId()
    this.#state = { kind: 'asking', id }
    const first = this.#opening ?? { type: 'attach', id, session: this.session!, ...this.#since }
    this.#line.send({ ...first, ch: this.#ch, ...this.filtering })
  }

  get #since(): { after?: string; log?: string } {
    // What is undefined is not sent.
    return this.hasPlace ? ({ after: printPlace(this.place), log: this.log } as object) : {}
  }

  #attached({ session, agent, head, log, recovered }: FrameOf<'attached'>): void {
    if (this.#state.kind !== 'asking') return
    this.#tries = 0
    this.#opening = undefined
    this.session = session
    this.agent = agent
    this.#head = head
    this.log = log
    this.#state = recovered === 'replay' ? { kind: 'live' } : { kind: 'expecting', why: recovered }
    if (recovered === 'replay') this.#listener.attached()
    this.#flush()
  }

  #snapshot({ at, view }: FrameOf<'snapshot'>): void {
    if (this.#state.kind === 'ended' || this.#state.kind === 'fetching') return
    const why = this.#state.kind === 'expecting' ? this.#state.why : 'snapshot'
    this.#state = { kind: 'live' }
    this.view = view as unknown as SessionView
    this.place = placeNamed(at)
    this.hasPlace = true
    this.#listener.moved({ type: 'snapshot', why, at, view: this.view })
    this.#listener.attached()
  }

  #event({ ch: _, ...event }: SessionEvent & { ch?: number; href?: string }): void {
    if (this.#state.kind !== 'live' || !isAfter(placeOf(event), this.place)) return
    if (event.href === undefined) this.#fold(event as SessionEvent)
    else void this.#fetch(event.href)
  }

  #fold(event: SessionEvent): void {
    this.place = placeOf(event)
    this.hasPlace = true
    this.view = fold(this.view, event)
    this.#listener.moved(event)
  }

  // What comes meanwhile is let go and asked for again from the place that the commit leads to: nothing has to be held.
  async #fetch(href: string): Promise<void> {
    this.#leaveChannel()
    this.#line.released(this.#ch)
    this.#ch = this.#line.newChannel(this)
    this.#outbox.lineLost()
    this.#state = { kind: 'fetching' }
    const commit = await this.#line
      .doors()
      .then((doors) => doors.commit(href))
      .catch(() => undefined)
    if ((this.#state as State).kind !== 'fetching') return
    if (commit) this.#fold(commit)
    if (!commit || !this.#line.isOnline) this.#askLater(0)
    else this.#ask()
  }

  #refused(frame: ErrorFrame): void {
    if (this.#outbox.settle(frame)) return
    const isAboutAttaching = this.#state.kind === 'asking' && frame.id === this.#state.id
    if (!isAboutAttaching && frame.id !== undefined) return
    if (frame.retry === 'never') this.end(errorOf(frame))
    else this.#askLater(frame.retryAfterMs ?? 0)
  }

  #askLater(atLeastMs: number): void {
    this.#state = { kind: 'away' }
    this.#outbox.lineLost()
    this.#tries += 1
    const { clock, chance } = this.#line.outside
    const wait = Math.max(atLeastMs, backOff(this.#tries, chance()))
    this.#stopTimer = clock.after(wait, () => {
      if (this.#line.isOnline && this.#state.kind === 'away') this.#ask()
    })
  }

  #flush(): void {
    if (!this.#isAttached || this.#isHeld) return
    this.#outbox.flush((command) => this.#line.send({ ...command, ch: this.#ch }))
  }

  #leaveChannel(): void {
    if (this.#line.isOnline) this.#line.send({ type: 'detach', id: this.#line.outside.randomId(), ch: this.#ch })
  }
}

type FrameOfOpen = Extract<Beginning, { type: 'open' }> & { readonly id: string }

function placeNamed(text: string): Place {
  const place = parsePlace(text)
  if (!place) throw new TypeError(`not a place: ${text}`)
  return place
}
