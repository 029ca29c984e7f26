import type { AgentHost } from '@longwire/agent/internal'
import type { Commit, Limits, Metadata } from '@longwire/protocol'
import {
  BadCursor,
  type NewSession,
  type Page,
  SessionExists,
  type SessionQuery,
  type SessionRecord,
  type SessionStore,
} from '@longwire/store'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { CommandGround } from '../commands/session-command.ts'
import { Refusal } from '../refusal.ts'
import { firstCommits } from './first-commits.ts'
import { forkOf, type WantedFork } from './fork.ts'
import { createGround, dismiss, type GroundHouse } from './ground.ts'
import { foldLog, keptFoldJson } from './kept-fold.ts'
import { isSameFork, isSameOpen } from './same-open.ts'
import type { Session, SessionHouse } from './session.ts'
import { isServerMade, keyOf } from './session-key.ts'
import { SessionQuota } from './session-quota.ts'
import { foldState, NEW_SESSION, type SessionState } from './session-state.ts'
import { type Sight, sightOf, sightOfLog } from './sight.ts'

export interface SessionsHouse extends SessionHouse {
  readonly store: SessionStore
  readonly agents: AgentHost
  readonly limits: Limits
  readonly clock: Clock
  readonly log: Logger
  readonly onTurnEnd: (outcome: 'completed' | 'failed' | 'cancelled') => void
}

export interface OpenSession {
  readonly agent: string
  readonly session?: string | undefined
  readonly metadata?: Metadata | undefined
  /** The id of the command, so that the same command again finds this session. */
  readonly command?: string | undefined
}

interface Opened {
  readonly ground: CommandGround
  readonly isNew: boolean
}

const CHECKPOINT_EVERY = 200
const LOOK_EVERY_MS = 1_000
const DUE_AT_ONCE = 500
const SLIM_AFTER_MS = 30_000
const SWEEP_EVERY_MS = 10_000

/** All sessions of this node: those that are live in memory, and the way to those that are not. */
export class Sessions {
  readonly #house: SessionsHouse
  readonly #groundHouse: GroundHouse
  readonly #live = new Map<string, CommandGround>()
  readonly #loading = new Map<string, Promise<CommandGround | undefined>>()
  /** The `open` commands under way, so that one that is said twice at once makes one session. */
  readonly #opening = new Map<string, Promise<unknown>>()
  readonly #checkpoints = new Map<string, number>()
  readonly #sweeping: NodeJS.Timeout
  readonly #quota: SessionQuota
  /** Sessions out of memory whose turn only waits: it was let go of, and is not lost. */
  readonly #parked = new Set<string>()
  readonly #looking: NodeJS.Timeout
  #isLooking = false
  #takesTurns = true

  constructor(house: SessionsHouse) {
    this.#house = house
    this.#groundHouse = {
      ...house,
      takesTurns: () => this.#takesTurns,
      openChild: async (principal, wanted) => (await this.open(principal, wanted)).ground,
    }
    this.#quota = new SessionQuota(house.store, house.clock, house.limits.sessions)
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_EVERY_MS)
    this.#sweeping.unref()
    this.#looking = setInterval(() => void this.#lookForDue(), LOOK_EVERY_MS)
    this.#looking.unref()
  }

  get size(): number {
    return this.#live.size
  }

  get runningTurns(): number {
    let running = 0
    for (const { turns } of this.#live.values()) if (turns.isLive) running += 1
    return running
  }

  /** Makes a session for this principal. The same command, or the same id of the client's choosing, finds it again. */
  async open(principal: string, wanted: OpenSession): Promise<Opened> {
    return this.#once(principal, wanted.command, () => this.#open(principal, wanted))
  }

  /** Makes a session with the log of this one up to a commit, brought to rest. The same command finds it again. */
  async fork(principal: string, { session }: CommandGround, wanted: WantedFork): Promise<Opened> {
    return this.#once(principal, wanted.command, () => this.#fork(principal, session, wanted))
  }

  async #fork(principal: string, source: Session, wanted: WantedFork): Promise<Opened> {
    const { command, session = `ses_${this.#house.clock.randomId()}` } = wanted
    const made = command === undefined ? undefined : await this.#madeBy(principal, command)
    if (made) {
      if (!isSameFork(made, source, wanted)) throw new Refusal('id_reused', `the id ${command} made another session`)
      return { ground: await this.byKey(made.key), isNew: false }
    }
    if (!this.#takesTurns) throw new Refusal('going_away', 'this node is stopping: fork the session on the next one')
    if (wanted.session !== undefined && (isServerMade(session) || (await this.#byKey(keyOf(principal, session))))) {
      throw new Refusal('session_exists', `a session ${session} is there already`)
    }
    const { commits, metadata, summary } = await forkOf(source, session, wanted)
    return this.#make({ principal, session, agent: source.agent, metadata, summary, command }, commits)
  }

  /** One after another, where they carry the same id. */
  async #once(principal: string, command: string | undefined, open: () => Promise<Opened>): Promise<Opened> {
    if (command === undefined) return open()
    if (command.includes('\0') || !command.isWellFormed()) {
      throw new Refusal('bad_field', 'id: an open is kept by its id, which must be Unicode without NUL')
    }
    const key = `${principal}\0${command}`
    while (this.#opening.has(key)) await this.#opening.get(key)
    const opening = open()
    const over = opening.catch(() => undefined).finally(() => this.#opening.delete(key))
    this.#opening.set(key, over)
    return opening
  }

  async #open(principal: string, wanted: OpenSession): Promise<Opened> {
    const agent = this.#house.describeAgent(wanted.agent)
    if (!agent) throw new Refusal('agent_not_found', `this server hosts no agent named ${wanted.agent}`)
    const metadata = wanted.metadata ?? {}
    const { metadataBytes } = this.#house.limits
    if (Buffer.byteLength(JSON.stringify(metadata)) > metadataBytes) {
      throw new Refusal('bad_field', `metadata is over ${metadataBytes} bytes`)
    }
    const repeated = await this.#opened(principal, wanted)
    if (repeated) return { ground: repeated, isNew: false }
    if (!this.#takesTurns) throw new Refusal('going_away', 'this node is stopping: open the session on the next one')

    const session = wanted.session ?? `ses_${this.#house.clock.randomId()}`
    const commits = firstCommits(agent, { ...wanted, metadata, session }, this.#house.clock.now())
    return this.#make({ principal, session, agent: wanted.agent, metadata, command: wanted.command }, commits)
  }

  /** Puts a new session into the store, and into memory. */
  async #make(made: Omit<NewSession, 'key' | 'createdAt'>, commits: readonly string[]): Promise<Opened> {
    const { principal, session } = made
    const giveBack = await this.#quota.take(principal)
    try {
      const createdAt = this.#house.clock.now()
      const record = await this.#house.store.create({ ...made, key: keyOf(principal, session), createdAt }, commits)
      const state = commits.reduce((folded, each) => foldState(folded, JSON.parse(each) as Commit), NEW_SESSION)
      return { ground: this.#admit(record, state), isNew: true }
    } catch (error) {
      giveBack()
      if (!(error instanceof SessionExists)) throw error
      return { ground: await this.find(principal, session), isNew: false }
    }
  }

  /** The session of this id, for the principal it belongs to. To anyone else it is not there. */
  async find(principal: string, session: string): Promise<CommandGround> {
    const ground = await this.#byKey(keyOf(principal, session))
    if (!ground || ground.session.principal !== principal) {
      throw new Refusal('session_not_found', `there is no session ${session}`)
    }
    return ground
  }

  /** The session that the store keeps by this key, whosever it is: for those who may reach it so. */
  async byKey(key: string): Promise<CommandGround> {
    const ground = await this.#byKey(key)
    if (!ground) throw new Refusal('session_not_found', `there is no session ${key}`)
    return ground
  }

  /** What this session is at, as it is in memory or in the log: looking neither wakes nor moves it. */
  async look(record: SessionRecord): Promise<Sight> {
    const live = this.#live.get(record.key)
    return live ? sightOf(live) : sightOfLog(this.#house.store, record)
  }

  async list(query: SessionQuery): Promise<Page<SessionRecord>> {
    try {
      return await this.#house.store.list(query)
    } catch (error) {
      if (error instanceof BadCursor) throw new Refusal('bad_field', 'cursor: it is none that a page before this gave')
      throw error
    }
  }

  /** Removes the session and its log. Whoever reads it is told that it is not there. */
  async erase(principal: string, id: string): Promise<void> {
    const ground = await this.find(principal, id)
    const { session, turns } = ground
    await session.mailbox.ask(async () => {
      const running = session.state.turn?.turn
      await this.#house.store.erase(session.key)
      if (running !== undefined) turns.stopped(running, 'the session was erased')
      dismiss(ground)
      this.#live.delete(session.key)
      this.#parked.delete(session.key)
      this.#checkpoints.delete(session.key)
      session.end(new Refusal('session_not_found', `session ${id} was erased`))
    })
  }

  /** Finds the sessions that an earlier process left in mid-turn, mends them, and goes on with what waits. */
  async recover(): Promise<number> {
    let recovered = 0
    for (const status of ['running', 'waiting'] as const) {
      let cursor: string | undefined
      do {
        const page = await this.#house.store.list({ status, cursor, limit: 500 })
        const mended = await Promise.all(page.items.map((record) => this.#mend(record)))
        recovered += mended.filter((isMended) => isMended).length
        cursor = page.cursor
      } while (cursor !== undefined)
    }
    return recovered
  }

  /** One session that cannot be mended is named in the log, and the others are served. */
  async #mend({ key, session }: SessionRecord): Promise<boolean> {
    try {
      await this.#byKey(key)
      return true
    } catch (error) {
      this.#house.log.error({ session, err: error }, 'a session that was cut could not be mended')
      return false
    }
  }

  /** From now on nothing new begins; resolves when what runs has ended, or was cut at the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#takesTurns = false
    clearInterval(this.#sweeping)
    clearInterval(this.#looking)
    const end = this.#house.clock.now() + deadlineMs
    while (this.runningTurns > 0 && this.#house.clock.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(50, Math.max(1, end - this.#house.clock.now()))))
    }
    await Promise.all([...this.#live.values()].map((ground) => this.#leave(ground)))
  }

  async #leave(ground: CommandGround): Promise<void> {
    const { session, turns } = ground
    await session.mailbox.ask(async () => {
      await turns.leave().catch((error) => this.#house.log.warn({ err: error }, 'a turn was left in mid-sentence'))
      dismiss(ground)
    })
    await this.#keepFold(session).catch((error) => this.#house.log.warn({ err: error }, 'a checkpoint was not kept'))
  }

  async #madeBy(principal: string, command: string): Promise<SessionRecord | undefined> {
    return (await this.#house.store.list({ principal, command, limit: 1 })).items[0]
  }

  /** The session that this `open` made before, if it did. */
  async #opened(principal: string, wanted: OpenSession): Promise<CommandGround | undefined> {
    if (wanted.command !== undefined) {
      const made = await this.#madeBy(principal, wanted.command)
      if (made) {
        if (!(await isSameOpen(this.#house.store, made, wanted))) {
          throw new Refusal('id_reused', `the id ${wanted.command} was used to open another session`)
        }
        return this.#byKey(made.key)
      }
    }
    if (wanted.session === undefined) return undefined
    const ground = await this.#byKey(keyOf(principal, wanted.session))
    // Ids that look like the server's own are not for clients to choose; whose one is, if anybody's, is not said.
    if (ground ? ground.session.principal !== principal : isServerMade(wanted.session)) {
      throw new Refusal('session_not_found', `there is no session ${wanted.session}`)
    }
    if (ground && ground.session.agent !== wanted.agent) {
      throw new Refusal('session_exists', `session ${wanted.session} is with agent ${ground.session.agent}`)
    }
    return ground
  }

  async #byKey(key: string): Promise<CommandGround | undefined> {
    const live = this.#live.get(key)
    if (live) return live
    let loading = this.#loading.get(key)
    if (!loading) {
      loading = this.#load(key).finally(() => this.#loading.delete(key))
      this.#loading.set(key, loading)
    }
    return loading
  }

  async #load(key: string): Promise<CommandGround | undefined> {
    const { store } = this.#house
    const record = await store.load(key)
    if (!record) return undefined
    const { state, view, keptAt } = await foldLog(store, record)
    const ground = this.#ground(record, state)
    if (view) ground.session.views.restore(view)
    this.#checkpoints.set(key, keptAt)
    // Before anybody has it: an open turn has no runner now, and inputs may wait for one.
    const { session, turns, tasks } = ground
    await session.mailbox.ask(async () => {
      if (this.#parked.delete(key)) turns.takeParked()
      await turns.recover('node_died', 'the process that ran the turn died')
      await tasks.recover()
    })
    session.onChange()
    this.#live.set(key, ground)
    return ground
  }

  #admit(record: SessionRecord, state: SessionState): CommandGround {
    const ground = this.#ground(record, state)
    this.#live.set(record.key, ground)
    ground.session.onChange()
    return ground
  }

  #ground(record: SessionRecord, state: SessionState): CommandGround {
    return createGround(this.#groundHouse, record, state)
  }

  /** Brings back the sessions that sleep in the log and whose time has come. */
  async #lookForDue(): Promise<void> {
    if (this.#isLooking || !this.#takesTurns) return
    this.#isLooking = true
    try {
      const due = await this.#house.store.due(this.#house.clock.now(), DUE_AT_ONCE)
      await Promise.all(due.filter((key) => !this.#live.has(key)).map((key) => this.#byKey(key)))
    } catch (error) {
      this.#house.log.error({ err: error }, 'what is due could not be done')
    } finally {
      this.#isLooking = false
    }
  }

  /** Quiet sessions give back what can be read again; those that nobody reads leave memory. */
  #sweep(): void {
    const quietSince = this.#house.clock.now() - SLIM_AFTER_MS
    for (const ground of this.#live.values()) {
      const { session, turns } = ground
      if (session.updatedAt > quietSince || turns.isLive || !session.mailbox.isIdle) continue
      void this.#rest(ground).catch((error) => this.#house.log.warn({ err: error }, 'a checkpoint was not kept'))
    }
  }

  async #rest(ground: CommandGround): Promise<void> {
    const { session, turns, tasks } = ground
    await this.#keepFold(session)
    const hasTurn = session.state.turn !== undefined
    const isQuiet = !turns.isLive && tasks.running === 0 && session.mailbox.isIdle && hasTurn === turns.isParked
    if (!isQuiet) return
    session.slim()
    if (session.readers.size > 0) return
    // A turn that waits for a person or a time is not lost: whoever opens the session again is told.
    if (turns.isParked) this.#parked.add(session.key)
    dismiss(ground)
    this.#live.delete(session.key)
    this.#checkpoints.delete(session.key)
  }

  async #keepFold(session: Session): Promise<void> {
    const { key, head } = session
    if (head - (this.#checkpoints.get(key) ?? 0) < CHECKPOINT_EVERY) return
    const view = await session.views.committed()
    if (Number(view.at) !== session.head) return
    const json = keptFoldJson({ state: session.state, view })
    await this.#house.store.saveCheckpoint(key, { seq: session.head, json })
    this.#checkpoints.set(key, session.head)
  }
}
