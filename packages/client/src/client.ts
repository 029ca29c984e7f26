import type { Metadata } from '@longwire/protocol'
import { emptyView, type SessionView } from '@longwire/view'
import {
  type AgentInfo,
  Doors,
  type ForkedSession,
  type ForkOptions,
  type SessionDetail,
  type SessionInfo,
  type SessionsQuery,
} from './doors.ts'
import { type Incoming, Link, type Ticket } from './link/link.ts'
import type { LinkState } from './link/link-state.ts'
import { localError } from './longwire-error.ts'
import { type Outside, type OutsideOptions, outside } from './outside.ts'
import type { Attachment, Beginning, Filtering, Line } from './session/attachment.ts'
import { Session } from './session/session.ts'

export interface ConnectOptions extends OutsideOptions {
  /** Who asks, where the server does not know it from the handshake: a ticket, or a function that fetches a fresh one. */
  readonly ticket?: Ticket
}

export interface OpenOptions extends Filtering {
  readonly agent: string
  /** An id of your own; the server makes one unless given. */
  readonly session?: string
  readonly metadata?: Metadata
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
  readonly #doors: Doors
  readonly #link: Link
  readonly #line: Line
  readonly #byChannel = new Map<number, Attachment>()
  readonly #subscribers = new Set<() => void>()
  #channels = 0

  constructor(url: string | URL, options: ConnectOptions) {
    const base = new URL(url)
    if (!base.pathname.endsWith('/')) base.pathname += '/'
    this.#outside = outside(options)
    this.#doors = new Doors(base, options.ticket, this.#outside)
    this.#link = new Link(socketAddress(base), options.ticket, this.#outside, {
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

  /** Calls `changed` whenever `state` changes. Returns the way to stop it. */
  subscribe = (changed: () => void): (() => void) => {
    const subscriber = () => changed()
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  /** Makes a session and attaches to it. However often the line is lost meanwhile, one session is made. */
  open(options: OpenOptions): Promise<Session> {
    return this.session(options).ready
  }

  /**
   * A handle on a session, at once: on one that is there already, by its id, or on one that it opens. It attaches by
   * itself; `ready` tells when it has.
   */
  session(target: string | OpenOptions, options: SessionOptions = {}): Session {
    if (typeof target === 'string') return this.#found(target, options)
    const { agent, session, metadata, ...filtering } = target
    const beginning = {
      type: 'open',
      agent,
      ...(session ? { session } : {}),
      ...(metadata ? { metadata } : {}),
    } as const
    return this.#begin(beginning, { view: emptyView() }, filtering)
  }

  agents(): Promise<readonly AgentInfo[]> {
    return this.#doors.agents()
  }

  /** One's own sessions, newest first, a page at a time. */
  sessions(
    query: SessionsQuery = {},
  ): Promise<{ readonly sessions: readonly SessionInfo[]; readonly cursor?: string }> {
    return this.#doors.sessions(query)
  }

  /** What is known of one session without attaching to it. */
  about(session: string): Promise<SessionDetail> {
    return this.#doors.session(session)
  }

  /** Makes a session that begins as this one did, up to a place, and is at rest: to try again from there. */
  fork(session: string, options: ForkOptions = {}): Promise<ForkedSession> {
    return this.#doors.fork(session, { ...options, id: this.#outside.randomId() })
  }

  /** Ends every handle and the line. The sessions themselves go on. */
  close(): void {
    this.#link.end(localError('client_closed'))
  }

  #found(id: string, { view, after = view?.at, log, ...filtering }: SessionOptions): Session {
    return this.#begin({ type: 'attach', session: id }, { view: view ?? emptyView(), after, log }, filtering)
  }

  #begin(beginning: Beginning, from: ConstructorParameters<typeof Session>[2], filtering: Filtering): Session {
    return new Session(this.#line, beginning, from, filtering, (attachment) => {
      if (this.state.kind === 'closed') return attachment.end(this.state.error)
      this.#link.want()
      if (this.#line.isOnline) attachment.lineFound()
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
      released: (_attachment, ch) => this.#byChannel.delete(ch),
      fetchCommit: (href) => this.#doors.commit(href),
      openRequests: async (id) => (await this.#doors.session(id)).requests.map(({ request }) => request),
    }
  }

  #moved(state: LinkState): void {
    for (const attachment of [...this.#byChannel.values()]) {
      if (state.kind === 'online') attachment.lineFound()
      else if (state.kind === 'closed') attachment.end(state.error)
      else attachment.lineLost()
    }
    for (const subscriber of this.#subscribers) subscriber()
  }

  #heard(frame: Incoming): void {
    if (frame.ch !== undefined) this.#byChannel.get(frame.ch)?.heard(frame)
    else if (frame.id !== undefined) for (const attachment of this.#byChannel.values()) attachment.heard(frame)
  }
}

function socketAddress(base: URL): string {
  const url = new URL('v1/socket', base)
  url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}
