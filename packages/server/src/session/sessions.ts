import type { AgentHost } from '@longwire/agent/internal'
import type { Commit, Limits, Metadata, SessionCommand } from '@longwire/protocol'
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
import { refuseUnless, verbOf } from '../auth/access.ts'
import { type Audit, audited } from '../auth/audit.ts'
import type { Clock } from '../clock.ts'
import type { CommandGround, Speaker } from '../commands/session-command.ts'
import { overLimit } from '../limits/over-limit.ts'
import { refuseWithoutRoom } from '../limits/refuse-without-room.ts'
import { WorkTally } from '../limits/work-tally.ts'
import { Refusal } from '../refusal.ts'
import { Acts } from './acts.ts'
import { firstCommits } from './first-commits.ts'
import { forkOf, type WantedFork } from './fork.ts'
import { dismiss } from './ground.ts'
import { LiveSessions } from './live-sessions.ts'
import type { FoundSession, ReadSession } from './read-session.ts'
import { isSameFork, isSameOpen } from './same-open.ts'
import type { SessionHouse } from './session.ts'
import type { ActResult, SessionCluster } from './session-cluster.ts'
import { isServerMade, keyOf } from './session-key.ts'
import { SessionQuota } from './session-quota.ts'
import { foldState, NEW_SESSION } from './session-state.ts'
import { type Sight, sightOf, sightOfLog } from './sight.ts'

export interface SessionsHouse extends SessionHouse {
  readonly store: SessionStore
  readonly agents: AgentHost
  readonly limits: Limits
  readonly clock: Clock
  readonly audit: Audit
  readonly log: Logger
  readonly onTurnEnd: (outcome: 'completed' | 'failed' | 'cancelled') => void
  /** The other nodes, where there are any. */
  readonly cluster?: SessionCluster | undefined
}

export interface OpenSession {
  readonly agent: string
  readonly session?: string | undefined
  readonly metadata?: Metadata | undefined
  /** The id of the command, so that the same command again finds this session. */
  readonly command?: string | undefined
}

interface Opened {
  readonly ground: FoundSession
  readonly isNew: boolean
}

const LOOK_EVERY_MS = 1_000
const DUE_AT_ONCE = 500
const SWEEP_EVERY_MS = 10_000
/** All sessions, for one node: those that it runs, and the way to those that others run or nobody does. */
export class Sessions {
  readonly #house: SessionsHouse
  readonly #live: LiveSessions
  readonly #acts: Acts
  /** The `open` commands under way, so that one that is said twice at once makes one session. */
  readonly #opening = new Map<string, Promise<unknown>>()
  readonly #sweeping: NodeJS.Timeout
  readonly #quota: SessionQuota
  readonly #looking: NodeJS.Timeout
  #isLooking = false
  #takesTurns = true
  #takesSessions = true

  constructor(house: SessionsHouse) {
    this.#house = house
    this.#live = new LiveSessions({
      ...house,
      tally: new WorkTally(house.limits),
      takesTurns: () => this.#takesTurns,
      openChild: async (principal, wanted) => (await this.open(principal, wanted)).ground,
    })
    this.#acts = new Acts(house, this.#live, () => this.#takesSessions)
    this.#quota = new SessionQuota(house.store, house.clock, house.limits.sessions)
    this.#sweeping = setInterval(() => this.#live.sweep(), Math.min(SWEEP_EVERY_MS, house.limits.sessionIdleMs / 4))
    this.#sweeping.unref()
    this.#looking = setInterval(() => void this.#lookForDue(), LOOK_EVERY_MS)
    this.#looking.unref()
  }

  get size(): number {
    return this.#live.size
  }

  get runningTurns(): number {
    return this.#live.runningTurns
  }

  /** The sessions that this node runs. */
  get live(): LiveSessions {
    return this.#live
  }

  /** What is done to them, wherever they run. */
  get acts(): Acts {
    return this.#acts
  }

  /** Whether an agent is at work now, in a turn or beside one. One that waits for a person is not. */
  get isBusy(): boolean {
    for (const { session, tasks } of this.#live.all) {
      if (session.status === 'running' || tasks.running > 0) return true
    }
    return false
  }

  /** Makes a session for this principal. The same command, or the same id of the client's choosing, finds it again. */
  async open(principal: string, wanted: OpenSession): Promise<Opened> {
    return this.#once(principal, wanted.command, () => this.#open(principal, wanted))
  }

  /** Makes a session with the log of this one up to a commit, brought to rest. The same command finds it again. */
  async fork(principal: string, { session }: FoundSession, wanted: WantedFork): Promise<Opened> {
    return this.#once(principal, wanted.command, () => this.#fork(principal, session, wanted))
  }

  async #fork(principal: string, source: ReadSession, wanted: WantedFork): Promise<Opened> {
    const { command, session = this.#newId(principal, command) } = wanted
    const made = command === undefined ? undefined : await this.#madeBy(principal, command)
    if (made) {
      if (!isSameFork(made, source, wanted)) throw new Refusal('id_reused', `the id ${command} made another session`)
      return { ground: await this.byKey(made.key), isNew: false }
    }
    if (!this.#takesTurns) throw new Refusal('going_away', 'this node is stopping: fork the session on the next one')
    if (wanted.session !== undefined && (isServerMade(session) || (await this.#toRead(keyOf(principal, session))))) {
      throw new Refusal('session_exists', `a session ${session} is there already`)
    }
    const { commits, metadata, summary } = await forkOf(source, this.#house, session, wanted)
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
      throw overLimit('metadataBytes', `metadata is over ${metadataBytes} bytes`)
    }
    const repeated = await this.#opened(principal, wanted)
    if (repeated) return { ground: this.#found(repeated), isNew: false }
    if (!this.#takesTurns) throw new Refusal('going_away', 'this node is stopping: open the session on the next one')

    const { command } = wanted
    const session = wanted.session ?? this.#newId(principal, command)
    const commits = firstCommits(agent, { ...wanted, metadata, session }, this.#house.clock.now())
    return this.#make({ principal, session, agent: wanted.agent, metadata, command }, commits)
  }

  /** Puts a new session into the store, and into memory, unless it is for another node to run. */
  async #make(made: Omit<NewSession, 'key' | 'createdAt' | 'owner'>, commits: readonly string[]): Promise<Opened> {
    const { principal, session, command } = made
    const { cluster, store, clock } = this.#house
    refuseWithoutRoom(this.#live.size, this.#house.limits)
    const giveBack = await this.#quota.take(principal)
    const owner = this.#takesSessions ? cluster?.node : undefined
    try {
      const createdAt = clock.now()
      const record = await store.create({ ...made, key: keyOf(principal, session), createdAt, owner }, commits)
      if (cluster && owner === undefined) return { ground: await this.find(principal, session), isNew: true }
      const state = commits.reduce((folded, each) => foldState(folded, JSON.parse(each) as Commit), NEW_SESSION)
      return { ground: this.#found(this.#live.admit(record, state).session), isNew: true }
    } catch (error) {
      giveBack()
      if (!(error instanceof SessionExists)) throw error
      return { ground: await this.#takenMeanwhile(principal, session, command), isNew: false }
    }
  }

  #newId(principal: string, command: string | undefined): string {
    const { cluster, clock } = this.#house
    if (cluster && command !== undefined) return cluster.idFor(principal, command)
    return `ses_${clock.randomId()}`
  }

  /** Somebody else made it at the same moment: another node with the same command, or one with the same name. */
  async #takenMeanwhile(principal: string, session: string, command: string | undefined): Promise<FoundSession> {
    const made = command === undefined ? undefined : await this.#madeBy(principal, command)
    return made ? this.byKey(made.key) : this.find(principal, session)
  }

  async #madeBy(principal: string, command: string): Promise<SessionRecord | undefined> {
    return (await this.#house.store.list({ principal, command, limit: 1 })).items[0]
  }

  /** The session of this id, for the principal it belongs to. To anyone else it is not there. */
  async find(principal: string, session: string): Promise<FoundSession> {
    const read = await this.#own(keyOf(principal, session), principal)
    if (!read) throw new Refusal('session_not_found', `there is no session ${session}`)
    return this.#found(read)
  }

  /**
   * The session of this key, where it is this principal's. One of another is asked for in the store as one that never was,
   * and neither read nor woken: the time it takes tells nothing.
   */
  async #own(key: string, principal: string): Promise<ReadSession | undefined> {
    if (this.#live.get(key)?.session.principal === principal) return this.#toRead(key)
    const record = await this.#house.store.load(key)
    return record?.principal === principal ? this.#toRead(key) : undefined
  }

  /** The session that the store keeps by this key, whosever it is: for those who may reach it so. */
  async byKey(key: string): Promise<FoundSession> {
    const read = await this.#toRead(key)
    if (!read) throw new Refusal('session_not_found', `there is no session ${key}`)
    return this.#found(read)
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
    const { session } = await this.find(principal, id)
    await this.#acts.perform(session, { do: 'erase' })
  }

  /** Ends the worker that runs the turn of this session, which is run again. */
  async kill(key: string, why: string): Promise<ActResult> {
    const { session } = await this.byKey(key)
    return this.#acts.perform(session, { do: 'kill', why })
  }

  /** Finds the sessions that an earlier process left in mid-turn, mends them, and goes on with what waits. */
  async recover(): Promise<number> {
    if (this.#house.cluster) return 0
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
      await this.#live.run(key)
      return true
    } catch (error) {
      this.#house.log.error({ session, err: error }, 'a session that was cut could not be mended')
      return false
    }
  }

  /** Whether this node takes sessions that nobody runs. One that does not gives away those that it has. */
  takeSessions(takes: boolean): void {
    this.#takesSessions = takes
    if (this.#house.cluster) this.#live.handOn(!takes)
  }

  get takesSessions(): boolean {
    return this.#takesSessions
  }

  /** From now on nothing new begins; resolves when what runs has ended, or was cut at the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#takesTurns = false
    clearInterval(this.#sweeping)
    clearInterval(this.#looking)
    const end = this.#house.clock.now() + deadlineMs
    const left = () => (this.#house.cluster ? this.size : this.runningTurns)
    while (left() > 0 && this.#house.clock.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(50, Math.max(1, end - this.#house.clock.now()))))
    }
    await Promise.all(this.#live.all.map((ground) => this.#leave(ground)))
  }

  async #leave(ground: CommandGround): Promise<void> {
    const { session, turns } = ground
    await session.mailbox.ask(async () => {
      await turns.leave().catch((error) => this.#house.log.warn({ err: error }, 'a turn was left in mid-sentence'))
      dismiss(ground)
    })
    // A turn that was left wants another runner, whoever that is.
    if (this.#house.cluster) await this.#live.give(ground)
    else await this.#live.keepFold(session)
  }

  /** The session that this `open` made before, if it did. */
  async #opened(principal: string, wanted: OpenSession): Promise<ReadSession | undefined> {
    if (wanted.command !== undefined) {
      const made = await this.#madeBy(principal, wanted.command)
      if (made) {
        if (!(await isSameOpen(this.#house.store, made, wanted))) {
          throw new Refusal('id_reused', `the id ${wanted.command} was used to open another session`)
        }
        return this.#toRead(made.key)
      }
    }
    if (wanted.session === undefined) return undefined
    const read = await this.#own(keyOf(principal, wanted.session), principal)
    // Ids that look like the server's own are not for clients to choose; whose one is, if anybody's, is not said.
    if (!read && isServerMade(wanted.session)) {
      throw new Refusal('session_not_found', `there is no session ${wanted.session}`)
    }
    if (read && read.agent !== wanted.agent) {
      throw new Refusal('session_exists', `session ${wanted.session} is with agent ${read.agent}`)
    }
    return read
  }

  /** The session as it is read here: nobody has to run it for that where there are other nodes. */
  async #toRead(key: string): Promise<ReadSession | undefined> {
    const { cluster } = this.#house
    if (cluster) {
      await this.#live.settled(key)
      return this.#live.get(key)?.session ?? (await cluster.follow(key))
    }
    const run = await this.#live.run(key)
    return run?.kind === 'here' ? run.ground.session : undefined
  }

  #found(session: ReadSession): FoundSession {
    const perform = (command: SessionCommand, speaker: Speaker) =>
      audited(this.#house.audit, session.id, command, speaker, () => {
        refuseUnless(speaker, verbOf(command))
        return this.#acts.perform(session, { do: 'command', command, speaker })
      })
    return { session, perform }
  }

  /** Brings back the sessions that sleep in the log and whose time has come. */
  async #lookForDue(): Promise<void> {
    if (this.#isLooking || !this.#takesTurns || !this.#takesSessions) return
    this.#isLooking = true
    try {
      const { cluster, store, clock } = this.#house
      const due = await (cluster ?? store).due(clock.now(), DUE_AT_ONCE)
      await Promise.all(due.filter((key) => !this.#live.get(key)).map((key) => this.#live.run(key)))
    } catch (error) {
      this.#house.log.error({ err: error }, 'what is due could not be done')
    } finally {
      this.#isLooking = false
    }
  }
}
