import type {
  CommandOf,
  Draft,
  DraftType,
  EventOf,
  InputPart,
  Metadata,
  Ok,
  SessionCommand,
  SessionCommandType,
  SessionEvent,
  SessionStatus,
  Viewer,
} from '@longwire/protocol'
import { isAfter, printPlace } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import { later } from '../later.ts'
import { type LongwireError, localError } from '../longwire-error.ts'
import { Subscribers } from '../subscribers.ts'
import type { AgentLike, AnswerOf, ClientToolsOf, CommitOf, EventsOf, ViewOf } from '../typed/agent-like.ts'
import { Attachment, type Beginning, type Filtering, type Line } from './attachment.ts'
import type { ClientTools } from './client-tool.ts'
import type { EffectOptions } from './derivation/commit-effect.ts'
import { Derived } from './derived.ts'
import { EventQueue, type ReadEvent } from './event-queue.ts'
import type { KeptSends } from './kept-sends.ts'
import type { Unsent } from './outbox.ts'
import { Reply } from './reply.ts'
import type { RequestAnswer } from './request-answer.ts'
import type { ScheduleOptions } from './schedule-options.ts'
import type { SendOptions } from './send-options.ts'
import { type Accepted, remember, type Sent, sentOf, type ToldFates } from './sent.ts'

/** What state and effects are made of is loaded when the first is asked for. */
const loadDerivation = () => import('./derivation/derivation.ts')

/** Turns of the past, oldest first. */
export interface HistoryPage<A extends AgentLike = AgentLike> {
  readonly turns: ViewOf<A>['turns']
  /** For the page before this one; left out where the session begins. */
  readonly before?: string
}

/**
 * One session on a client's line. It comes back by itself, from its place, for as long as the client does; every command
 * resolves once the server has answered it, however many lines that took, and rejects with a `LongwireError`.
 */
export class Session<A extends AgentLike = AgentLike> {
  /** Resolves when the view is the server's for the first time; rejects when the session cannot be had. */
  readonly ready: Promise<this>
  readonly #attachment: Attachment
  /** @internal */
  readonly line: Line
  readonly #fates: ToldFates = new Map()
  readonly #subscribers = new Subscribers()
  readonly #watchers = new Set<(event: ReadEvent | undefined) => void>()
  readonly #queues = new Set<EventQueue>()
  /** By the id of their command, until they are accepted. */
  readonly #sent = new Map<string, Sent>()
  #kept: KeptSends | undefined
  #isKeeping = false
  #outbox: readonly Unsent[] | undefined
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
    this.line = line
    this.#attachment = new Attachment(line, beginning, from, filtering, {
      attached: () => {
        this.#keep()
        ready.resolve(this)
      },
      moved: (event) => this.#moved(event),
      outboxChanged: () => this.#outboxChanged(),
      ended: (error) => {
        this.#error = error
        ready.reject(error)
        this.#tell(undefined)
        for (const queue of this.#queues) queue.end(error.code === 'detached' ? undefined : error)
      },
    })
    this.#keep()
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
  get view(): ViewOf<A> {
    return this.#attachment.view as ViewOf<A>
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

  /** Inputs that are not accepted yet, in order. Another array after every change, the same one without. */
  get outbox(): readonly Unsent[] {
    this.#outbox ??= this.#attachment.inputs
    return this.#outbox
  }

  /**
   * Calls `changed` after every change of the view, of `viewers` or of the outbox, and when the handle ends. Returns the way
   * to stop it.
   */
  readonly subscribe = this.#subscribers.add

  /** Calls `changed` when what `selector` picks out of the view is another. Returns the way to stop it. */
  select<T>(
    selector: (view: ViewOf<A>) => T,
    changed: (now: T, before: T) => void,
    isEqual: (a: T, b: T) => boolean = Object.is,
  ): () => void {
    let picked = selector(this.view)
    return this.watch(() => {
      const before = picked
      const now = selector(this.view)
      if (isEqual(before, now)) return
      picked = now
      changed(now, before)
    })
  }

  /**
   * Every event from now on, once, in order. A reader that is slow gets text in bigger pieces, and past 1,024 unread
   * events one `snapshot` with the view in their place. Ends when the handle is detached, throws when the session is lost.
   */
  events(): AsyncIterableIterator<EventsOf<A>> {
    const queue = new EventQueue((returned) => this.#queues.delete(returned))
    if (this.#error) queue.end(this.#error)
    else this.#queues.add(queue)
    return queue as EventQueue & AsyncIterableIterator<EventsOf<A>>
  }

  /** Says something to the agent: now, or once there is a line again. Resolves with what became of it. */
  send(input: string | readonly InputPart[], options: SendOptions = {}): Sent {
    const { id = this.#newId(), expiresIn, ...more } = options
    const body = typeof input === 'string' ? { text: input } : { parts: [...input] }
    const expiresAt = expiresIn === undefined ? undefined : this.line.outside.clock.now() + expiresIn
    return this.#sent.get(id) ?? this.#send({ type: 'input', id, ...body, ...(more as object) }, { expiresAt })
  }

  /** Joins the running turn at its next step. */
  steer(input: string | readonly InputPart[], options: SendOptions = {}): Sent {
    return this.send(input, { ...options, delivery: 'steer' })
  }

  /** Stops the running turn, and starts one with this. */
  interrupt(input: string | readonly InputPart[], options: SendOptions = {}): Sent {
    return this.send(input, { ...options, delivery: 'interrupt' })
  }

  /** Sends, and reads the text of the turn that answers. */
  ask(input: string | readonly InputPart[], options: SendOptions = {}): Reply {
    return new Reply(this.#untyped, this.send(input, options))
  }

  /** Stops the running turn. What was said so far stays, marked as partial. */
  cancel(): Promise<void> {
    // Names the turn, so that a cancel which has to wait for a line cannot stop a later one.
    const turn = this.view.turns.findLast(({ endedAt }) => endedAt === undefined)?.turn
    return this.#say('cancel', { turn })
  }

  /**
   * The first answer to a request wins; a later one rejects with `already_settled` and its `outcome`. It is bound to what
   * the view shows of the request: an approval of another input is refused.
   */
  answer(request: string, answer: RequestAnswer<AnswerOf<A>>): Promise<void> {
    const hash = this.view.requests.find((open) => open.request === request)?.hash
    return this.#say('answer', { request, hash, ...answer })
  }

  /**
   * Answers requests for client-side tools from here, each once, for as long as the handle lives. Requests for other
   * tools stay open for others to answer. Returns the way to stop it.
   */
  provide(tools: ClientToolsOf<A>): () => void {
    return later(import('./provided-tools.ts'), ({ provide }) => provide(this.#untyped, tools as ClientTools))
  }

  /** Puts inputs that wait into another order: these go first, in this order. */
  arrange(inputs: readonly string[]): Promise<void> {
    return this.#say('arrange', { inputs })
  }

  /** Changes what is kept with the session, `{ title: 'Semis in Asia' }` for one: null takes a field away. */
  describe(metadata: Metadata): Promise<void> {
    return this.#say('describe', { metadata })
  }

  /**
   * Lets the agent have a turn by itself at this time, also when nobody is there and after restarts. Resolves with the id
   * of the schedule, by which `unschedule` takes it back.
   */
  at(when: Date | number, what?: ScheduleOptions): Promise<string> {
    return this.#say<Ok>('schedule', { at: +when, ...what }).then((ok) => ok.schedule!)
  }

  /** Lets the agent have a turn by itself again and again, the first time after this period. */
  every(everyMs: number, what?: ScheduleOptions): Promise<string> {
    return this.#say<Ok>('schedule', { everyMs, ...what }).then((ok) => ok.schedule!)
  }

  /** Takes back what would begin by itself: `view.schedules` says what there is. */
  unschedule(schedule: string): Promise<void> {
    return this.#say('unschedule', { schedule })
  }

  /** Takes back an input that is not yet applied. */
  withdraw(input: string): Promise<void> {
    return this.#say('withdraw', { input })
  }

  /** Turns from before those that the view shows, or from before the turn that is named: 20 unless told otherwise. */
  async history(page: { readonly before?: string; readonly turns?: number } = {}): Promise<HistoryPage<A>> {
    const doors = await this.line.doors()
    return doors.history(this.id, this.#attachment.view, { ...page, ...this.#attachment.filtering }) as Promise<
      HistoryPage<A>
    >
  }

  /**
   * State of your own that is computed from the session's events, and goes back with them: what drafts did to it is undone
   * when they are withdrawn. `reducer` is pure; it is given every commit from the beginning of the session, and what is a
   * draft now on top.
   */
  derive<S>(initial: S, reducer: (state: S, event: SessionEvent) => S): Derived<S> {
    return new Derived(initial, (derived, caughtUp, failed) =>
      later(loadDerivation(), ({ keepUp }) => keepUp(this.#untyped, derived, reducer, caughtUp, failed), failed),
    )
  }

  /**
   * Does something once for each commit of this type, one after the other. With `name`, and a storage that the client was
   * given, a later page goes on where this one stopped.
   */
  onCommit<T extends CommitOf<A>['type']>(
    type: T,
    effect: (event: Extract<CommitOf<A>, { type: T }>) => void | Promise<void>,
    options: EffectOptions = {},
  ): () => void {
    // An effect without a place of its own begins here, not where the session is once the code is there.
    const here = this.#attachment.hasPlace ? Promise.resolve(this.place) : this.ready.then(() => this.place)
    return later(loadDerivation(), ({ doOnCommits }) =>
      doOnCommits(this.#untyped, type, effect as (event: SessionEvent) => unknown, options, here),
    )
  }

  /** Does something for each draft of this type. What it returns is done when that draft is withdrawn. */
  onDraft<T extends DraftType>(
    type: T,
    // biome-ignore lint/suspicious/noConfusingVoidType: an effect may return nothing
    effect: (event: EventOf<T>) => (() => void) | void,
  ): () => void {
    const queue = this.events() as EventQueue
    return later(loadDerivation(), ({ doOnDrafts }) => doOnDrafts(queue, type, effect as (event: Draft) => unknown))
  }

  /** One command of this session; it is made once, however often it has to be sent. */
  #say<Answer = void>(type: SessionCommandType, fields: object): Promise<Answer> {
    return this.#attachment.post({ type, id: this.#newId(), ...fields } as SessionCommand) as Promise<never>
  }

  /** Ends the session for everybody. Its log can still be read. */
  close(): Promise<void> {
    return this.#say('close', {})
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

  /** @internal */
  get filtering(): Filtering {
    return this.#attachment.filtering
  }

  /** @internal Whether the view is that of the log as it was when the line was found, or later. */
  get isCaughtUp(): boolean {
    return this.#attachment.isCaughtUp
  }

  /** @internal Whether the view is past this commit. */
  isPast(seq: number): boolean {
    return !isAfter({ seq, sub: 0 }, this.#attachment.place)
  }

  // What is inside knows of no agent's types.
  get #untyped(): Session {
    return this as unknown as Session
  }

  #newId(): string {
    return this.line.outside.randomId()
  }

  #send(command: CommandOf<'input'>, options: Parameters<Attachment['post']>[1]): Sent {
    const accepted = this.#attachment
      .post(command, options)
      .then(({ seq, input, turn }): Accepted => ({ seq: seq!, input: input!, ...(turn === undefined ? {} : { turn }) }))
    const sent = sentOf(this.#untyped, command.id, accepted, this.#fates)
    this.#sent.set(command.id, sent)
    const forget = () => void this.#sent.delete(command.id)
    accepted.then(forget, forget)
    return sent
  }

  /** What an earlier page could not send goes first, once it is known what that was. */
  #keep(): void {
    const keeping = this.#isKeeping || !this.id ? undefined : this.line.keptSends(this.id)
    if (!keeping) return
    this.#isKeeping = true
    const read = keeping.then(async (kept) => {
      for (const input of await kept.read()) this.#sendAgain(input)
      this.#kept = kept
      this.#outboxChanged()
    })
    this.#attachment.hold(read.catch(() => {}))
  }

  #sendAgain({ at, expiresAt, state, ...input }: Unsent): void {
    if (this.#sent.has(input.id)) return
    this.#send({ type: 'input', ...input }, { at, expiresAt, wasSent: state === 'sent' })
  }

  #moved(event: ReadEvent): void {
    remember(this.#fates, event)
    for (const queue of this.#queues) queue.push(event, this.#attachment.view)
    this.#tell(event)
  }

  #outboxChanged(): void {
    this.#outbox = undefined
    // What a page that ends could not send is for the next one.
    if (!this.#attachment.isEnded) this.#kept?.write(this.#attachment.inputs)
    this.#tellSubscribers()
    this.line.outboxChanged()
  }

  #tell(event: ReadEvent | undefined): void {
    for (const watcher of this.#watchers) watcher(event)
    this.#tellSubscribers()
  }

  #tellSubscribers(): void {
    this.#subscribers.tell()
  }
}
