import { createHmac } from 'node:crypto'
import type { Limits } from '@longwire/protocol'
import type { Bus, NodeRecord, Parting, SharedStore } from '@longwire/store'
import type { Logger } from 'pino'
import type { Tickets } from '../auth/tickets.ts'
import { faultOf } from '../connection/connection.ts'
import type { Presence } from '../presence/presence.ts'
import { Refusal } from '../refusal.ts'
import type { ReadSession } from '../session/read-session.ts'
import type { Session } from '../session/session.ts'
import type { Act, ActOutcome, SessionCluster, Taken } from '../session/session-cluster.ts'
import type { Sessions } from '../session/sessions.ts'
import type { LineDesk } from '../wires/line-desk.ts'
import { Followers } from './followers.ts'
import { Mirrors } from './mirrors.ts'
import { NodeLife, type NodeTimes } from './node-life.ts'
import type { Answer, Question, Standing, Watched } from './node-messages.ts'
import { NodeTalk } from './node-talk.ts'
import { Presences } from './presences.ts'
import { SharedLineDesk } from './shared-line-desk.ts'
import { SharedTicketDesk } from './ticket-desk.ts'
import { unrefused } from './unrefused.ts'

export interface ClusterTimes extends NodeTimes {
  /** How often sessions of dead nodes are looked for. */
  readonly sweepMs: number
  /** How often what the bus may have lost is looked after. */
  readonly followMs: number
  /** How long another node may take to do something. */
  readonly actMs: number
  /** How long another node may take to say how it stands. */
  readonly watchMs: number
}

export const CLUSTER_TIMES: ClusterTimes = {
  leaseMs: 3_000,
  beatMs: 1_000,
  marginMs: 1_000,
  sweepMs: 500,
  followMs: 2_000,
  actMs: 5_000,
  watchMs: 1_000,
}

export interface ClusterHouse {
  readonly node: string
  readonly name: string
  readonly store: SharedStore
  readonly bus: Bus
  readonly times: ClusterTimes
  readonly limits: Limits
  readonly log: Logger
  readonly now: () => number
  /** The node cannot say that it lives, and others can: those who are connected to it are served better there. */
  readonly onCut: () => void
}

const ADOPT_AT_ONCE = 16
const REGAIN_AT_ONCE = 16
/** Who reads what is said again each so many times that sessions are looked after. */
const PRESENCE_EVERY = 5

/** This node among others that share its store: which sessions it runs, and how it reaches those that it does not. */
export class Cluster implements SessionCluster {
  readonly node: string
  readonly life: NodeLife
  readonly #house: ClusterHouse
  readonly #talk: NodeTalk
  readonly #mirrors: Mirrors
  readonly #followers: Followers
  readonly #presences: Presences
  readonly #secret: string
  #sessions!: Sessions
  #desk: SharedTicketDesk | undefined
  #lineDesk: SharedLineDesk | undefined
  #timers: NodeJS.Timeout[] = []
  #unserve = () => {}
  #isSweeping = false
  /** Sessions that do not run here, and that the store may think this node has. */
  readonly #regain = new Set<string>()
  #isRegaining = false

  /** A node of this cluster: it lives from when it is started. */
  static async join(house: ClusterHouse): Promise<Cluster> {
    return new Cluster(house, await house.store.claims.secret())
  }

  private constructor(house: ClusterHouse, secret: string) {
    const { node, name, store, bus, times, limits, log, now } = house
    this.#house = house
    this.#secret = secret
    this.node = node
    this.#talk = new NodeTalk(bus)
    this.#followers = new Followers(node, bus, times.followMs * 4)
    this.#presences = new Presences({ node, bus, most: limits.viewers, againMs: times.followMs * PRESENCE_EVERY })
    this.#mirrors = new Mirrors(
      {
        node,
        store,
        limits,
        bus,
        log,
        watch: (owner, sessions) => this.#watch(owner, sessions),
        presenceOf: this.presenceOf,
        here: (key) => this.#sessions.live.get(key)?.session,
      },
      times.followMs,
    )
    this.life = new NodeLife({
      node,
      name,
      claims: store.claims,
      bus,
      times,
      now,
      log,
      load: () => ({ sessions: this.#sessions.size, turns: this.#sessions.runningTurns }),
      onCut: () => this.#cut(),
      onBack: (lapsed) => void this.#back(lapsed),
      onDrain: (drain) => this.#drain(drain),
    })
  }

  /** Begins to live, to answer others, and to look after what others leave. */
  async start(sessions: Sessions): Promise<void> {
    this.#sessions = sessions
    await this.life.start()
    this.#unserve = this.#talk.serve(this.node, (text) => this.#answer(JSON.parse(text) as Question))
    this.#timers = [setInterval(() => void this.sweep(), this.#house.times.sweepMs)]
    for (const timer of this.#timers) timer.unref()
    await this.sweep()
  }

  /** Takes nothing any more, and says so. */
  async leaving(): Promise<void> {
    this.life.leaving()
    for (const timer of this.#timers) clearInterval(timer)
    this.#sessions.takeSessions(false)
    void this.life.beat()
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#unserve()
    this.#followers.close()
    this.#presences.close()
    this.#mirrors.close()
    await this.life.stop()
    await this.#house.bus.close()
  }

  nodes(): Promise<readonly NodeRecord[]> {
    return this.#house.store.claims.nodes()
  }

  async drain(name: string, drain: boolean): Promise<boolean> {
    return this.#house.store.claims.drain(name, drain)
  }

  /** Where the tickets of all nodes are shown; those of this one are these. */
  deskOf(tickets: Tickets): SharedTicketDesk {
    const ask = (node: string, question: Question) => this.#ask(node, question, this.#house.times.watchMs)
    this.#desk = new SharedTicketDesk(tickets, this.node, ask)
    return this.#desk
  }

  /** Where requests for lines over HTTP of all nodes come; those of this one are these. */
  lineDeskOf(lines: LineDesk): SharedLineDesk {
    const ask = (node: string, question: Question, timeoutMs: number) => this.#ask(node, question, timeoutMs)
    this.#lineDesk = new SharedLineDesk(lines, this.node, this.#house.times.actMs, ask)
    return this.#lineDesk
  }

  idFor(principal: string, command: string): string {
    return `ses_${createHmac('sha256', this.#secret).update(`open\0${principal}\0${command}`).digest('base64url')}`
  }

  async take(key: string): Promise<Taken | undefined> {
    this.#refuseWhileCut()
    const outcome = await this.#house.store.claims.claim(key, this.node)
    if (outcome?.kind !== 'claimed') return outcome && { kind: 'elsewhere', node: outcome.node }
    return { kind: 'here', record: outcome.record }
  }

  async follow(key: string): Promise<ReadSession | undefined> {
    return this.#mirrors.follow(key)
  }

  readonly presenceOf = (key: string): Presence => this.#presences.of(key)

  successorOf(lost: Session): ReadSession {
    return this.#sessions.live.get(lost.key)?.session ?? this.#mirrors.succeed(lost)
  }

  arrived(session: Session): void {
    this.#mirrors.arrived(session)
    this.#followers.announce(session)
  }

  letGoIfCut(): void {
    this.life.look()
  }

  takeAgain(key: string): void {
    this.#regain.add(key)
  }

  async rests(session: Session): Promise<void> {
    await this.#release(session, 'rests')
  }

  async handOver(session: Session, parting: Parting): Promise<void> {
    await this.#release(session, parting)
    if (parting === 'rests') return
    const heir = this.anotherNode()
    if (heir !== undefined) await this.#ask(heir, { ask: 'adopt', key: session.key }, this.#house.times.watchMs)
  }

  isFollowed(session: Session): boolean {
    return this.#followers.isFollowed(session)
  }

  anotherNode(): string | undefined {
    return this.life.others[0]?.node
  }

  async actAt(node: string, key: string, act: Act): Promise<ActOutcome> {
    this.#refuseWhileCut()
    const answer = await this.#ask(node, { ask: 'act', key, act }, this.#house.times.actMs)
    if (answer === undefined) return { kind: 'silent' }
    const told = unrefused(answer)
    return told.kind === 'done' ? told : { kind: 'elsewhere' }
  }

  async due(before: number, limit: number): Promise<readonly string[]> {
    return this.life.isCut ? [] : this.#house.store.claims.due(this.node, before, limit)
  }

  /** Takes over turns that have lost their node, a few at a time, so that they spread over those who ask. */
  async sweep(): Promise<void> {
    await this.#takeUp()
    if (this.#isSweeping || !this.life.mayAdopt || !this.#sessions.takesSessions) return
    this.#isSweeping = true
    try {
      for (;;) {
        const most = this.#portion()
        const adopted = await this.#house.store.claims.adopt(this.node, most)
        await Promise.all(adopted.map(({ record }) => this.#bringIn(record)))
        // Whoever has more than the others leaves the rest to them until the next time.
        if (adopted.length < most || most < ADOPT_AT_ONCE) break
      }
    } catch (error) {
      this.#house.log.warn({ err: error }, 'turns of dead nodes could not be looked for')
    } finally {
      this.#isSweeping = false
    }
  }

  /** How many turns this node takes over at once: fewer the more it has than others. */
  #portion(): number {
    const own = this.#sessions.runningTurns
    const least = Math.min(...this.life.others.map(({ turns }) => turns), own)
    return own - least > ADOPT_AT_ONCE ? 2 : ADOPT_AT_ONCE
  }

  async #bringIn(record: Parameters<Sessions['live']['bringIn']>[0]): Promise<void> {
    try {
      await this.#sessions.live.bringIn(record)
    } catch (error) {
      this.#regain.add(record.key)
      this.#house.log.error({ session: record.session, err: error }, 'a turn could not be taken over')
    }
  }

  async #answer(question: Question): Promise<string> {
    return JSON.stringify(await this.#answerTo(question))
  }

  async #answerTo(question: Question): Promise<Answer> {
    switch (question.ask) {
      case 'act':
        return this.#act(question.key, question.act)
      case 'watch':
        return { kind: 'watched', sessions: question.sessions.map((each) => this.#watched(each, question.node)) }
      case 'adopt':
        void this.#adopt(question.key)
        return { kind: 'elsewhere' }
      case 'ticket':
        return this.#refusing(async () => this.#desk?.answer(question.token, question.act) ?? { kind: 'elsewhere' })
      case 'line':
        return this.#refusing(async () => this.#lineDesk?.answer(question.line, question.act) ?? { kind: 'elsewhere' })
    }
  }

  async #act(key: string, act: Act): Promise<Answer> {
    return this.#refusing(async () => {
      const result = this.life.isCut ? undefined : await this.#sessions.acts.performIfHere(key, act)
      return result ? { kind: 'done', result } : { kind: 'elsewhere' }
    })
  }

  async #refusing(answer: () => Promise<Answer>): Promise<Answer> {
    try {
      return await answer()
    } catch (error) {
      const { code, message, detail } = error instanceof Refusal ? error : faultOf(error, this.#house.log)
      return { kind: 'refused', code, message, detail }
    }
  }

  async #adopt(key: string): Promise<void> {
    if (!this.#sessions.takesSessions) return
    await this.#sessions.live.run(key).catch((error) => {
      this.#house.log.warn({ err: error }, 'a turn that was handed over could not be taken yet')
    })
  }

  #watched(standing: Standing, node: string): Watched | null {
    const session = this.#sessions.live.get(standing.key)?.session
    return session ? this.#followers.add(session, node, standing) : null
  }

  async #watch(owner: string, sessions: readonly Standing[]): Promise<readonly (Watched | null)[] | undefined> {
    const question: Question = { ask: 'watch', node: this.node, sessions }
    const answer = await this.#ask(owner, question, this.#house.times.watchMs)
    return answer?.kind === 'watched' ? answer.sessions : undefined
  }

  async #ask(node: string, question: Question, timeoutMs: number): Promise<Answer | undefined> {
    const answer = await this.#talk.ask(node, JSON.stringify(question), timeoutMs)
    return answer.kind === 'answered' && answer.payload !== '' ? (JSON.parse(answer.payload) as Answer) : undefined
  }

  async #release(session: Session, parting: Parting): Promise<void> {
    const { key, epoch = 0, id } = session
    await this.#house.store.claims.release(key, this.node, epoch, parting).catch((error) => {
      this.#house.log.warn({ session: id, err: error }, 'a session could not be given up')
      if (parting === 'wants-runner') this.#regain.add(key)
    })
  }

  #refuseWhileCut(): void {
    if (!this.life.isCut) return
    throw new Refusal('overloaded', 'this node is cut off from the session log', { retryAfterMs: 1_000 })
  }

  /** Others will take what runs here: it stops by itself. */
  #cut(): void {
    const { all } = this.#sessions.live
    this.#house.log.error({ sessions: all.length }, 'this node is cut off from the session log: its turns stop here')
    for (const ground of all) {
      if (ground.session.state.turn || ground.tasks.running > 0) this.#regain.add(ground.session.key)
      this.#sessions.live.letGo(ground)
    }
    this.#house.onCut()
  }

  /** The store answers again. What was let go of is taken up where nobody else has. */
  async #back(lapsed: boolean): Promise<void> {
    this.#house.log.warn({ lapsed }, 'this node can say again that it lives')
    if (lapsed) for (const ground of this.#sessions.live.all) await this.#makeSure(ground)
    await this.#takeUp()
    void this.#mirrors.tick()
  }

  /** Runs what this node still has by the store, and does not run. What somebody else has by now is theirs. */
  async #takeUp(): Promise<void> {
    if (this.#isRegaining || this.life.isCut) return
    this.#isRegaining = true
    const keys = [...this.#regain]
    this.#regain.clear()
    for (let n = 0; n < keys.length; n += REGAIN_AT_ONCE) {
      const some = keys.slice(n, n + REGAIN_AT_ONCE)
      await Promise.all(some.map((key) => this.#sessions.live.run(key).catch(() => this.#regain.add(key))))
    }
    this.#isRegaining = false
  }

  /** Claims anew what runs here, where the log is as this node knows it; what is somebody else's is let go of. */
  async #makeSure(ground: ReturnType<Sessions['live']['get']> & object): Promise<void> {
    const { session, turns, tasks } = ground
    const isAtWork = turns.isLive || tasks.running > 0
    if (!isAtWork) return this.#sessions.live.letGo(ground)
    await session.mailbox.ask(async () => {
      const outcome = await this.#house.store.claims.claim(session.key, this.node).catch(() => undefined)
      const isAsKnown = outcome?.kind === 'claimed' && outcome.record.head === session.head
      if (isAsKnown) session.epoch = outcome.epoch
      else {
        if (outcome?.kind !== 'owned') this.#regain.add(session.key)
        this.#sessions.live.letGo(ground)
      }
    })
  }

  #drain(drain: boolean): void {
    this.#house.log.info({ drain }, drain ? 'this node is to be empty' : 'this node takes sessions again')
    this.#sessions.takeSessions(!drain)
  }
}
