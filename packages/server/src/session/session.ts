import type { AgentDescription, CommitBody } from '@longwire/agent/internal'
import type { Commit, Limits, NewCommit, Place, SessionStatus } from '@longwire/protocol'
import type { Append, SessionRecord, SessionStore, StoreUnavailable } from '@longwire/store'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Counts } from '../metrics.ts'
import { Presence } from '../presence/presence.ts'
import type { Refusal } from '../refusal.ts'
import { CommitTail } from './commit-tail.ts'
import { commitBody, commitJson, type DistributiveOmit, type LogEvent, storedEvent } from './log-event.ts'
import { Mailbox } from './mailbox.ts'
import { type DraftsOutward, OpenDrafts } from './open-drafts.ts'
import type { Reader, ReadSession } from './read-session.ts'
import { foldState, type SessionState, statusOf, wakeAt } from './session-state.ts'
import { SessionViews } from './session-views.ts'

/** What a session needs of the house around it. */
export interface SessionHouse {
  readonly store: SessionStore
  readonly clock: Clock
  readonly limits: Limits
  readonly log: Logger
  /** Counts what the sessions say. */
  readonly counts?: Pick<Counts, 'events' | 'commits'> | undefined
  describeAgent(name: string): AgentDescription | undefined
  /** How far the clock of the sessions is ahead of this machine's. */
  readonly aheadMs?: (() => number) | undefined
  /** Where several nodes share the store: this one's name in claims. */
  readonly node?: string | undefined
  /** There too: knows who reads a session on other nodes. */
  readonly cluster?: { presenceOf(key: string): Presence } | undefined
}

/** Somebody who hears of everything as it was said, so as to say it elsewhere. */
export interface Outward extends DraftsOutward {
  committed(seq: number, body: CommitBody, json: string): void
}

/** The session is not this node's any more: whoever wants something of it looks for it again. */
class SessionLost extends Error {
  override readonly name = 'SessionLost'
}

/** Whether this error of the store means that the writer does not know the session any more. */
export function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'StoreUnavailable') return (error as StoreUnavailable).fault === 'unknown'
  return error.name === 'SessionLost' || error.name === 'Fenced' || error.name === 'HeadMoved'
}

const READ_COMMITS = 256
const READ_BYTES = 1_048_576

/**
 * One session, live on its owner: the one place where its commits get their numbers and its drafts their places.
 * Whatever changes it goes through its mailbox, one thing after another; a commit is in the store before anybody hears.
 */
export class Session implements ReadSession {
  readonly key: string
  readonly id: string
  readonly agent: string
  readonly principal: string
  readonly log: string
  readonly createdAt: number
  readonly house: SessionHouse
  readonly mailbox: Mailbox
  readonly views: SessionViews
  /** Readers that hear each event as it happens. Those that lag are not here: they read from the log. */
  readonly live = new Set<Reader>()
  /** Everyone who reads this session, live or behind. */
  readonly readers = new Set<Reader>()
  /** Called when the state has changed: alarms are set anew. */
  onChange: () => void = () => {}
  /** Called when the log is somebody else's, or the writer does not know where it ends. */
  onLost: (error: unknown) => void = () => {}
  /** The epoch of the claim under which this node runs it; undefined where nobody else could. */
  epoch: number | undefined
  state: SessionState
  updatedAt: number
  #head: number
  #sub = 0
  #drafts: OpenDrafts | undefined
  #outward: Outward | undefined
  #movedTo: (() => ReadSession) | undefined
  #presence: Presence | undefined
  readonly #tail = new CommitTail()

  constructor(house: SessionHouse, record: SessionRecord, state: SessionState) {
    this.house = house
    this.mailbox = new Mailbox((error) => house.log.error({ session: record.session, err: error }, 'a task failed'))
    this.key = record.key
    this.id = record.session
    this.agent = record.agent
    this.principal = record.principal
    this.log = record.log
    this.createdAt = record.createdAt
    this.updatedAt = record.updatedAt
    this.state = state
    this.epoch = house.node === undefined ? undefined : record.epoch
    this.#head = record.head
    this.views = new SessionViews(this)
  }

  /** The last commit that readers may know of. */
  get head(): number {
    return this.#head
  }

  /** The last place given out. */
  get place(): Place {
    return { seq: this.#head, sub: this.#sub }
  }

  /** Goes on behind the last place given out, after the session was out of memory: none may be given twice. */
  goOnFrom({ seq, sub }: Place): void {
    if (seq === this.#head) this.#sub = sub
  }

  /** What is being said. It is made when something is said first: most sessions are quiet most of the time. */
  get drafts(): OpenDrafts {
    if (!this.#drafts) {
      this.#drafts = new OpenDrafts()
      this.#drafts.outward = this.#outward
    }
    return this.#drafts
  }

  /** Who reads it now. */
  get presence(): Presence {
    this.#presence ??= this.house.cluster?.presenceOf(this.key) ?? new Presence(this.house.limits.viewers)
    return this.#presence
  }

  get hasDrafts(): boolean {
    return this.#drafts !== undefined && !this.#drafts.isEmpty
  }

  get status(): SessionStatus {
    return statusOf(this.state)
  }

  get openTurn(): string | undefined {
    return this.state.turn?.turn
  }

  readonly mayLag = false

  async facts(): Promise<SessionState> {
    return this.state
  }

  /** Who says elsewhere what is said here; undefined for nobody. */
  get outward(): Outward | undefined {
    return this.#outward
  }

  set outward(outward: Outward | undefined) {
    this.#outward = outward
    if (this.#drafts) this.#drafts.outward = outward
  }

  /** This node runs it no more: nothing is written from here, and readers go where `to` says. */
  lose(to: () => ReadSession): void {
    this.#movedTo = to
    this.outward = undefined
  }

  get isLost(): boolean {
    return this.#movedTo !== undefined
  }

  current(): ReadSession {
    return this.#movedTo?.() ?? this
  }

  /** A commit of this thread, with the time of now. */
  body(event: DistributiveOmit<NewCommit, 'at'>): CommitBody {
    return commitBody(event, this.house.clock.now())
  }

  /**
   * Puts these commits into the log, all or none, and then tells them. Resolves with the number of the first.
   * Only what runs in the mailbox may call it. Rejects as the store does, and then nothing has changed.
   */
  async commit(bodies: readonly CommitBody[]): Promise<number> {
    if (this.isLost) throw new SessionLost(`session ${this.id} is run elsewhere`)
    const first = this.#head + 1
    const commits = bodies.map((body, index) => commitJson(first + index, body))
    const state = bodies.reduce((folded, body, index) => foldState(folded, fact(first + index, body)), this.state)
    const at = this.house.clock.now()
    const { epoch } = this
    const append: Append = {
      head: this.#head,
      commits,
      status: statusOf(state),
      at,
      wakeAt: wakeAt(state) ?? null,
      epoch,
      ...changed(this.state, state),
    }
    try {
      await this.house.store.append(this.key, append)
    } catch (error) {
      if (epoch !== undefined && isLoss(error)) this.onLost(error)
      throw error
    }
    this.state = state
    this.updatedAt = at
    bodies.forEach((body, index) => {
      this.#tellCommit(first + index, body, commits[index]!)
    })
    this.onChange()
    return first
  }

  /** The place of the next draft. */
  nextDraftPlace(): Place {
    this.#sub += 1
    return { seq: this.#head, sub: this.#sub }
  }

  tell(event: LogEvent): void {
    if (this.house.counts) this.house.counts.events += 1
    for (const reader of this.live) reader.tell(event)
  }

  /** The commits after `seq` that are in memory; undefined where they have to be read. */
  recent(seq: number): readonly LogEvent[] | undefined {
    return seq === this.#head ? [] : this.#tail.after(seq)
  }

  /** A page of the commits after `seq`, none beyond the head that readers may know of. */
  async read(seq: number): Promise<readonly LogEvent[]> {
    const head = this.#head
    const stored = await this.house.store.read(this.key, seq, { limit: READ_COMMITS, bytes: READ_BYTES })
    return stored.filter((commit) => commit.seq <= head).map((commit) => storedEvent(commit.seq, commit.json))
  }

  /** Nothing will happen here: every reader is told why. */
  end(why: Refusal): void {
    for (const reader of [...this.readers]) reader.end(why)
  }

  /** Lets go of what can be read again. */
  slim(): void {
    this.#tail.clear()
    this.views.forget()
    if (!this.hasDrafts) this.#drafts = undefined
  }

  #tellCommit(seq: number, body: CommitBody, json: string): void {
    this.#head = seq
    this.#sub = 0
    this.#drafts?.supersede(body)
    if (this.house.counts) this.house.counts.commits += 1
    const { type, level, reasoning } = body
    const event: LogEvent = { seq, sub: 0, type, level, reasoning, fields: json.slice(1) }
    this.#tail.push(event)
    this.#outward?.committed(seq, body, json)
    this.tell(event)
  }
}

/** Of these the state needs to know that they were, and of which step of which turn. */
const SUMMARY_IS_ENOUGH: ReadonlySet<string> = new Set(['message.committed', 'step.finished', 'trace.span'])
/** A message that calls tools is more: each call will want a result. */
const CALLS_A_TOOL = '"type":"tool-call"'
/** The first fields of a commit are its own, whatever was said in it. */
const TURN = /"turn":"([^"]+)"/

/** The commit as the state needs it: what an agent said at length is not parsed again. */
function fact(seq: number, { type, step, json }: CommitBody): Commit {
  const isSummed = SUMMARY_IS_ENOUGH.has(type) && !(type === 'message.committed' && json.includes(CALLS_A_TOOL))
  if (!isSummed) return { seq, ...JSON.parse(json) } as Commit
  return { type, seq, turn: TURN.exec(json.slice(0, 512))?.[1], step } as Commit
}

/** What the store keeps with the session so that it can be found, where these commits change it. */
function changed(before: SessionState, after: SessionState): Pick<Append, 'metadata' | 'summary'> {
  const { metadata, summary } = after
  return {
    ...(metadata === before.metadata ? {} : { metadata }),
    ...(summary === before.summary || summary === undefined ? {} : { summary }),
  }
}
