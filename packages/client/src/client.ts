import { emptyView, type SessionView } from '@longwire/view'
import { type Auth, authOf, type Ticket } from './auth/credentials.ts'
import type {
  AgentInfo,
  Doors,
  ForkedSession,
  ForkOptions,
  SessionDetail,
  SessionInfo,
  SessionsQuery,
} from './doors.ts'
import type { Incoming } from './link/dialling.ts'
import { Link } from './link/link.ts'
import type { LinkState } from './link/link-state.ts'
import { WireChoice } from './link/wire-choice.ts'
import { localError } from './longwire-error.ts'
import { type Outside, type OutsideOptions, outside } from './outside.ts'
import type { Attachment, Beginning, Filtering, Line } from './session/attachment.ts'
import type { KeptSends } from './session/kept-sends.ts'
import { Session } from './session/session.ts'
import type { ClientStorage } from './storage.ts'
import { Subscribers } from './subscribers.ts'
import type { AgentLike, MetadataOf } from './typed/agent-like.ts'
import { WIRES, type WireName } from './wire/wire.ts'

export interface ConnectOptions extends OutsideOptions {
  /** Who asks, where the server does not know it from the handshake: a ticket, or a function that fetches a fresh one. */
  readonly ticket?: Ticket
  /** Who asks, by whatever the server's verifiers know: fetched for every try, and again before it runs out. */
  readonly auth?: Auth
  /** Tries in a row after which the client is closed with `unreachable`; without limit unless given. */
  readonly tries?: number
  /** The wires that may be used, the best first: all of them unless given. */
  readonly wires?: readonly WireName[]
  /** For what shall outlive the page: which wire got through, inputs that wait, places of effects. `localStorage` is one. */
  readonly storage?: ClientStorage
  /** Inputs that could not be sent wait in `storage` for the next page; false unless given. */
  readonly keepSends?: boolean
}

export interface OpenOptions<A extends AgentLike = AgentLike> extends Filtering {
  readonly agent: A extends { readonly name: infer N extends string } ? N : string
  /** An id of your own; the server makes one unless given. */
  readonly session?: string
  readonly metadata?: MetadataOf<A>
}

export interface SessionOptions extends Filtering {
  /**
   * The place to go on from: `view.at` unless given. `'0'` reads the whole log. Another place without its `view` gives a
   * view of what came after it only.
   */
  readonly after?: string
  /** What `session.log` said at that place: then history that was lost meanwhile is noticed. */
  readonly log?: string
  readonly view?: SessionView
}

/**
 * A client of the server at `url`. It dials when the first session is asked for, keeps one line for all of them, and comes
 * back by itself when the line is lost.
 */
export function connect(url: string | URL, options: ConnectOptions = {}): Client {
  return new Client(url, options)
}

export class Client {
  readonly #outside: Outside
  readonly #base: URL
  readonly #options: ConnectOptions
  readonly #doors: () => Promise<Doors>
  readonly #link: Link
  readonly #line: Line
  readonly #byChannel = new Map<number, Attachment>()
  readonly #subscribers = new Subscribers()
  #channels = 0
  /** Whether a session is being made: that may be while a page renders, when nobody else may be told to render. */
  #isBeginning = false

  constructor(url: string | URL, options: ConnectOptions) {
    const base = new URL(url)
    if (!base.pathname.endsWith('/')) base.pathname += '/'
    this.#base = base
    this.#options = options
    this.#outside = outside(options)
    const { ticket, storage, tries = Number.POSITIVE_INFINITY, wires = WIRES } = options
    const auth = authOf(ticket, options.auth)
    const credentials = typeof ticket === 'string' ? { ticket } : {}
    const choice = new WireChoice(wires, base.href, this.#outside.clock, storage)
    let doors: Promise<Doors> | undefined
    this.#doors = () => {
      doors ??= import('./doors.ts').then(({ Doors }) => new Doors(base, auth, credentials, this.#outside))
      return doors
    }
    this.#link = new Link({ base, credentials, auth, choice, tries }, this.#outside, {
      moved: (state) => this.#moved(state),
      heard: (frame) => this.#heard(frame),
      isWanted: () => this.#byChannel.size > 0,
    })
    this.#line = this.#lineOf(this.#link)
  }

  /** The line as it is now: idle, connecting, online, waiting (until when, and why), or closed (with what error). */
  get state(): LinkState {
    return this.#link.state
  }

  /** Commands of all sessions that have no answer yet. */
  get unsent(): number {
    return [...this.#byChannel.values()].reduce((unsent, attachment) => unsent + attachment.unsent, 0)
  }

  /**
   * Calls `changed` whenever `state` or `unsent` changes, but not within the call that makes a session: right after it, so
   * that one may be made while a page renders. Returns the way to stop it.
   */
  readonly subscribe = this.#subscribers.add

  /** Makes a session and attaches to it. However often the line is lost meanwhile, one session is made. */
  open<A extends AgentLike = AgentLike>(options: OpenOptions<A>): Promise<Session<A>> {
    return this.session<A>(options).ready
  }

  /**
   * A handle on a session, at once: on one that is there already, by its id, or on one that it opens. It attaches by
   * itself; `ready` tells when it has.
   */
  session<A extends AgentLike = AgentLike>(target: string | OpenOptions<A>, options: SessionOptions = {}): Session<A> {
    if (typeof target === 'string') {
      const { view, after = view?.at, log, ...filtering } = options
      return this.#begin<A>({ type: 'attach', session: target }, { view: view ?? emptyView(), after, log }, filtering)
    }
    const { agent, session, metadata, ...filtering } = target as OpenOptions
    const beginning = { type: 'open', agent, session, metadata } as Beginning
    return this.#begin<A>(beginning, { view: emptyView() }, filtering)
  }

  async agents(): Promise<readonly AgentInfo[]> {
    return (await this.#doors()).agents()
  }

  /** One's own sessions, newest first, a page at a time. */
  async sessions(
    query: SessionsQuery = {},
  ): Promise<{ readonly sessions: readonly SessionInfo[]; readonly cursor?: string }> {
    return (await this.#doors()).sessions(query)
  }

  /** What is known of one session without attaching to it. */
  async about(session: string): Promise<SessionDetail> {
    return (await this.#doors()).session(session)
  }

  /** Makes a session that begins as this one did, up to a place, and is at rest: to try again from there. */
  async fork(session: string, options?: ForkOptions): Promise<ForkedSession> {
    return (await this.#doors()).fork(session, this.#outside.randomId(), options)
  }

  /** Ends every handle and the line. The sessions themselves go on. */
  close(): void {
    this.#link.end(localError('client_closed'))
  }

  #begin<A extends AgentLike>(
    beginning: Beginning,
    from: ConstructorParameters<typeof Session>[2],
    filtering: Filtering,
  ): Session<A> {
    return new Session<A>(this.#line, beginning, from, filtering, (attachment) => {
      if (this.state.kind === 'closed') return attachment.end(this.state.error)
      this.#isBeginning = true
      this.#link.want()
      this.#isBeginning = false
      if (this.state.kind === 'online') attachment.lineFound(this.state.connection)
    })
  }

  #lineOf(link: Link): Line {
    return {
      outside: this.#outside,
      get isOnline() {
        return link.state.kind === 'online'
      },
      send: (command) => link.send(command),
      newChannel: (attachment) => {
        this.#channels += 1
        this.#byChannel.set(this.#channels, attachment)
        return this.#channels
      },
      released: (ch) => this.#byChannel.delete(ch),
      storage: this.#options.storage,
      doors: this.#doors,
      keptSends: (session) => this.#keptSends(session),
      outboxChanged: () => this.#tell(),
    }
  }

  #keptSends(session: string): Promise<KeptSends> | undefined {
    const { storage, keepSends } = this.#options
    if (!storage || !keepSends) return undefined
    return import('./session/kept-sends.ts').then(({ KeptSends }) => new KeptSends(storage, this.#base.href, session))
  }

  #moved(state: LinkState): void {
    for (const attachment of [...this.#byChannel.values()]) {
      if (state.kind === 'online') attachment.lineFound(state.connection)
      else if (state.kind === 'closed') attachment.end(state.error)
      else attachment.lineLost()
    }
    if (this.#isBeginning) queueMicrotask(() => this.#tell())
    else this.#tell()
  }

  #tell(): void {
    this.#subscribers.tell()
  }

  #heard(frame: Incoming): void {
    if (frame.ch !== undefined) this.#byChannel.get(frame.ch)?.heard(frame)
    else if (frame.id !== undefined) for (const attachment of this.#byChannel.values()) attachment.heard(frame)
  }
}
