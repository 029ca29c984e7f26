import type { Delivery, InputPart, Json, Metadata, SessionStatus, Viewer } from '@longwire/protocol'
import { isAfter, printPlace } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import { type LongwireError, localError } from '../longwire-error.ts'
import { Attachment, type Beginning, type Filtering, type Line } from './attachment.ts'
import { EventQueue, type ReadEvent } from './event-queue.ts'
import { type ClientTools, ProvidedTools } from './provided-tools.ts'
import { Reply } from './reply.ts'

/** What became of an input: it is in the log. */
export interface Accepted {
  /** The commit that holds it. */
  readonly seq: number
  readonly input: string
  /** The turn that it started, where it did so at once. */
  readonly turn?: string
}

export interface SendOptions {
  /** `queue` unless given: the next turn. `steer` joins the running turn, `interrupt` cancels it and starts one. */
  readonly delivery?: Delivery
  /** For the agent, not for the reader: what page the person is on, what is selected. */
  readonly context?: Json
}

/** What a person answers to a request of the agent. */
export type RequestAnswer =
  | {
      readonly approved: boolean
      readonly reason?: string
      readonly editedInput?: Json
      /** Of the request as the person saw it; as the view shows it unless given. */
      readonly hash?: string
    }
  | { readonly action: 'accept' | 'decline' | 'cancel'; readonly content?: Json }

/**
 * One session on a client's line. It comes back by itself, from its place, for as long as the client does; every command
 * resolves once the server has answered it, however many lines that took, and rejects with a `LongwireError`.
 */
export class Session {
  /** Resolves when the view is the server's for the first time; rejects when the session cannot be had. */
  readonly ready: Promise<this>
  readonly #attachment: Attachment
  readonly #line: Line
  readonly #outsideId: () => string
  readonly #subscribers = new Set<() => void>()
  readonly #watchers = new Set<(event: ReadEvent | undefined) => void>()
  readonly #queues = new Set<EventQueue>()
  #error: LongwireError | undefined

  constructor(
    line: Line,
    beginning: Beginning,
    from: { readonly view: SessionView; readonly after?: string | undefined; readonly log?: string | undefined },
    filtering: Filtering,
    onAttachment: (attachment: Attachment) => void,
  ) {
    const ready = Promise.withResolvers<this>()
    ready.promise.catch(() => {}) // who does not wait for it hears of the error where they ask for something
    this.ready = ready.promise
    this.#line = line
    this.#outsideId = line.outside.randomId
    this.#attachment = new Attachment(line, beginning, from, filtering, {
      attached: () => ready.resolve(this),
      moved: (event) => this.#moved(event),
      present: () => this.#tellSubscribers(),
      ended: (error) => {
        this.#error = error
        ready.reject(error)
        this.#tell(undefined)
        for (const queue of this.#queues) queue.end(error.code === 'detached' ? undefined : error)
      },
    })
    onAttachment(this.#attachment)
  }

  /** Known from the beginning for `client.session(id)`, and once `ready` for `client.open`. */
  get id(): string {
    return this.#attachment.session ?? ''
  }

  get agent(): string {
    return this.#attachment.agent ?? this.view.agent
  }

  /** The session folded for a person. Another object after every change, the same one without. */
  get view(): SessionView {
    return this.#attachment.view
  }

  get status(): SessionStatus {
    return this.view.status
  }

  /** Where this reader stands. Kept together with `log` it lets a later client go on from here. */
  get place(): string {
    return printPlace(this.#attachment.place)
  }

  get log(): string | undefined {
    return this.#attachment.log
  }

  /** Who reads the session now, this line among them, where `presence` was asked for; nobody while the line is lost. */
  get viewers(): readonly Viewer[] {
    return this.#attachment.viewers
  }

  /** Why the handle is of no more use, once it is: `detached`, `session_not_found`, … */
  get error(): LongwireError | undefined {
    return this.#error
  }

  /** Calls `changed` after every change of the view or of `viewers`, and when the handle ends. Returns the way to stop it. */
  subscribe = (changed: () => void): (() => void) => {
    const subscriber = () => changed()
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  /**
   * Every event from now on, once, in order. A reader that is slow gets text in bigger pieces, and past 1,024 unread
   * events one `snapshot` with the view in their place. Ends when the handle is detached, throws when the session is lost.
   */
  events(): AsyncIterableIterator<ReadEvent> {
    const queue = new EventQueue((returned) => this.#queues.delete(returned))
    if (this.#error) queue.end(this.#error)
    else this.#queues.add(queue)
    return queue
  }

  /** Resolves when the input is in the log. */
  async send(input: string | readonly InputPart[], options: SendOptions = {}): Promise<Accepted> {
    const body = typeof input === 'string' ? { text: input } : { parts: [...input] }
    const id = this.#outsideId()
    const ok = await this.#attachment.post({ type: 'input', id, ...body, ...(options as object) })
    return { seq: ok.seq!, input: ok.input!, ...(ok.turn === undefined ? {} : { turn: ok.turn }) }
  }

  /** Sends, and reads the text of the turn that answers. */
  ask(input: string | readonly InputPart[], options: SendOptions = {}): Reply {
    return new Reply(this, this.send(input, options))
  }

  /** Stops the running turn. What was said so far stays, marked as partial. */
  async cancel(): Promise<void> {
    // Names the turn, so that a cancel which has to wait for a line cannot stop a later one.
    const turn = this.view.turns.findLast(({ status }) => status === 'running' || status === 'waiting')?.turn
    await this.#attachment.post({ type: 'cancel', id: this.#outsideId(), ...(turn === undefined ? {} : { turn }) })
  }

  /**
   * The first answer to a request wins; a later one rejects with `already_settled` and its `outcome`. It is bound to what
   * the view shows of the request: an approval of another input is refused.
   */
  async answer(request: string, answer: RequestAnswer): Promise<void> {
    const hash = this.view.requests.find((open) => open.request === request)?.hash
    const shown = hash === undefined ? {} : { hash }
    await this.#attachment.post({ type: 'answer', id: this.#outsideId(), request, ...shown, ...answer })
  }

  /**
   * Answers requests for client-side tools from here, each once, for as long as the handle lives. Requests for other
   * tools stay open for others to answer. Returns the way to stop it.
   */
  provide(tools: ClientTools): () => void {
    const provided = new ProvidedTools(this, tools)
    const stopWatching = this.watch(() => provided.look())
    this.ready.then(
      () => provided.look(),
      () => {},
    )
    return () => {
      stopWatching()
      provided.stop()
    }
  }

  /** Puts inputs that wait into another order: these go first, in this order. */
  async arrange(inputs: readonly string[]): Promise<void> {
    await this.#attachment.post({ type: 'arrange', id: this.#outsideId(), inputs: [...inputs] })
  }

  /** Changes what is kept with the session, `{ title: 'Semis in Asia' }` for one: null takes a field away. */
  async describe(metadata: Metadata): Promise<void> {
    await this.#attachment.post({ type: 'describe', id: this.#outsideId(), metadata })
  }

  /** Takes back an input that is not yet applied. */
  async withdraw(input: string): Promise<void> {
    await this.#attachment.post({ type: 'withdraw', id: this.#outsideId(), input })
  }

  /** Ends the session for everybody. Its log can still be read. */
  async close(): Promise<void> {
    await this.#attachment.post({ type: 'close', id: this.#outsideId() })
  }

  /** Stops reading. The session goes on without this handle. */
  detach(): void {
    this.#attachment.end(localError('detached'))
  }

  /** @internal Each event as it is folded; undefined once the handle has ended. */
  watch(watcher: (event: ReadEvent | undefined) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** @internal Whether the request that the view shows is open indeed: the view may be from elsewhere, or catching up. */
  async isStillOpen(request: string): Promise<boolean> {
    if (this.#attachment.isCaughtUp) return true
    return (await this.#line.openRequests(this.id)).includes(request)
  }

  /** @internal Whether the view is past this commit. */
  isPast(seq: number): boolean {
    return !isAfter({ seq, sub: 0 }, this.#attachment.place)
  }

  #moved(event: ReadEvent): void {
    for (const queue of this.#queues) queue.push(event, this.view)
    this.#tell(event)
  }

  #tell(event: ReadEvent | undefined): void {
    for (const watcher of this.#watchers) watcher(event)
    this.#tellSubscribers()
  }

  #tellSubscribers(): void {
    for (const changed of this.#subscribers) changed()
  }
}
