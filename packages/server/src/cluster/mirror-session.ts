import { isAfter, type Place, type SessionStatus } from '@longwire/protocol'
import type { SessionRecord, StoredCommit } from '@longwire/store'
import type { Presence } from '../presence/presence.ts'
import { Refusal } from '../refusal.ts'
import { CommitTail } from '../session/commit-tail.ts'
import { foldLog } from '../session/kept-fold.ts'
import { type LogEvent, storedEvent } from '../session/log-event.ts'
import { OpenDrafts, type Superseding } from '../session/open-drafts.ts'
import type { Reader, ReadSession } from '../session/read-session.ts'
import type { SessionState } from '../session/session-state.ts'
import { SessionViews } from '../session/session-views.ts'
import type { Packet, Saying, Standing, Watched } from './node-messages.ts'

/** What a mirror begins from: a record of the store, or a session that was run here until now. */
export type MirrorStart = Pick<
  SessionRecord,
  'key' | 'session' | 'agent' | 'principal' | 'log' | 'createdAt' | 'updatedAt' | 'status' | 'head'
> & {
  readonly epoch: number
  readonly owner: string | undefined
  readonly sub?: number | undefined
  readonly drafts?: OpenDrafts | undefined
}

export interface MirrorHouse {
  readonly store: ReadSession['house']['store']
  readonly limits: ReadSession['house']['limits']
  /** What the owner has of it now; undefined where that node does not run it, null where nobody answers. */
  readonly watch: (owner: string, standing: Standing) => Promise<Watched | undefined | null>
  /** Where the session is read from here, once this mirror is closed. */
  readonly current: () => ReadSession
  readonly onFault: (error: unknown) => void
  readonly presenceOf: (key: string) => Presence
}

const READ_PAGE = { limit: 256, bytes: 1_048_576 }
/** So many commits behind, readers read for themselves. */
const FAR_BEHIND = 256
const MOST_WAITING = 1_000

/**
 * A session that another node runs, or nobody, as its readers here have it. It hears what the owner says; what it did
 * not hear it notices by the places, and gets: commits from the store, what is being said from the owner. So nothing has
 * to arrive, and nothing that arrives late or twice does harm.
 */
export class MirrorSession implements ReadSession {
  readonly key: string
  readonly id: string
  readonly agent: string
  readonly principal: string
  readonly log: string
  readonly createdAt: number
  readonly house: MirrorHouse
  readonly views: SessionViews
  readonly presence: Presence
  readonly live = new Set<Reader>()
  readonly readers = new Set<Reader>()
  readonly mayLag = true
  readonly openTurn = undefined
  drafts: OpenDrafts
  updatedAt: number
  status: SessionStatus
  /** Who runs it, as far as is known. */
  owner: string | undefined
  #epoch: number
  #head: number
  #sub: number
  #isClosed = false
  #syncing: Promise<void> | undefined
  #waiting: Packet[] = []
  #facts: { readonly state: SessionState; readonly seq: number } | undefined
  readonly #tail = new CommitTail()

  constructor(house: MirrorHouse, start: MirrorStart) {
    this.house = house
    this.key = start.key
    this.id = start.session
    this.agent = start.agent
    this.principal = start.principal
    this.log = start.log
    this.createdAt = start.createdAt
    this.updatedAt = start.updatedAt
    this.status = start.status
    this.owner = start.owner
    this.#epoch = start.epoch
    this.#head = start.head
    this.#sub = start.sub ?? 0
    this.drafts = start.drafts ?? new OpenDrafts()
    this.views = new SessionViews(this)
    this.presence = house.presenceOf(start.key)
  }

  get head(): number {
    return this.#head
  }

  get place(): Place {
    return { seq: this.#head, sub: this.#sub }
  }

  get hasDrafts(): boolean {
    return !this.drafts.isEmpty
  }

  get standing(): Standing {
    return { key: this.key, epoch: this.#epoch, at: this.place }
  }

  current(): ReadSession {
    return this.#isClosed ? this.house.current() : this
  }

  recent(seq: number): readonly LogEvent[] | undefined {
    return seq === this.#head ? [] : this.#tail.after(seq)
  }

  async read(seq: number): Promise<readonly LogEvent[]> {
    const stored = await this.house.store.read(this.key, seq, READ_PAGE)
    const head = this.#head
    return stored.filter((commit) => commit.seq <= head).map((commit) => storedEvent(commit.seq, commit.json))
  }

  async facts(): Promise<SessionState> {
    const head = this.#head
    if (this.#facts?.seq === head) return this.#facts.state
    const { state } = await foldLog(this.house.store, { key: this.key, session: this.id, head })
    this.#facts = { state, seq: head }
    return state
  }

  /** The owner said something. */
  hear(packet: Packet): void {
    if (this.#isClosed || packet.epoch < this.#epoch) return
    if (!this.#syncing) this.#take(packet)
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(packet)
  }

  /** Gets whatever was missed. Resolves when this mirror has what the store, and the owner where there is one, had. */
  sync(): Promise<void> {
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = undefined
      const waiting = this.#waiting
      this.#waiting = []
      for (const packet of waiting) this.hear(packet)
    })
    return this.#syncing
  }

  /** The owner told how it stands. False where that is not enough to go on from. */
  async took(watched: Watched | undefined | null): Promise<boolean> {
    if (!watched || watched.epoch < this.#epoch) return false
    if (isAfter(watched.at, this.place)) {
      if (!watched.drafts) return false
      const missing = await this.#commitsUpTo(watched.at.seq)
      if (this.#isClosed || watched.epoch < this.#epoch) return false
      // What an open draft said goes before a later commit: readers take both from here, in order.
      for (const { seq, json } of missing) this.#tail.push(storedEvent(seq, json))
      this.#head = watched.at.seq
      this.#sub = watched.at.sub
      this.drafts.restore(watched.drafts)
      for (const reader of [...this.live]) reader.missed()
    }
    this.#epoch = watched.epoch
    this.status = watched.status
    return true
  }

  /** The store told how it stands: another head, another owner, or that it is gone. */
  async stored(record: SessionRecord | undefined): Promise<void> {
    if (this.#isClosed) return
    if (record?.log !== this.log) return this.gone()
    const epoch = record.epoch ?? 0
    if (epoch < this.#epoch) return
    if (epoch > this.#epoch || record.owner !== this.owner) {
      this.#epoch = epoch
      this.owner = record.owner
    }
    await this.#reach(record.head)
    if (record.head === this.#head) this.status = record.status
    this.updatedAt = Math.max(this.updatedAt, record.updatedAt)
  }

  /** The session was erased. */
  gone(): void {
    this.#isClosed = true
    for (const reader of [...this.readers]) {
      reader.end(new Refusal('session_not_found', `session ${this.id} was erased`))
    }
  }

  /** It is read elsewhere from now on. */
  close(): void {
    this.#isClosed = true
  }

  async #sync(): Promise<void> {
    for (let round = 0; round < 3 && !this.#isClosed; round += 1) {
      const { owner } = this
      const watched = owner === undefined ? undefined : await this.house.watch(owner, this.standing)
      if (await this.took(watched)) return
      await this.stored(await this.house.store.load(this.key))
      // Another owner than the one that was asked may know more.
      if (this.owner === undefined || (this.owner === owner && watched === null)) return
    }
  }

  #take(packet: Packet): void {
    this.owner = packet.node
    this.#epoch = packet.epoch
    if (!isAfter(packet.to, this.place)) {
      this.status = packet.status
      return
    }
    const isWhole = !isAfter(packet.from, this.place) && packet.said.every((saying) => this.#say(saying))
    if (!isWhole) {
      this.#getSoon()
      return
    }
    this.#sub = packet.to.seq === this.#head ? Math.max(this.#sub, packet.to.sub) : this.#sub
    this.status = packet.status
    this.updatedAt = packet.at
  }

  /** False where something before it is missing. */
  #say(saying: Saying): boolean {
    switch (saying.s) {
      case 'open':
        this.drafts.open(saying.draft, saying.head)
        return true
      case 'add': {
        if (!isAfter(saying.place, this.place)) return true
        if (saying.place.seq !== this.#head || !this.drafts.has(saying.draft)) return false
        this.#sub = saying.place.sub
        const event = this.drafts.add(saying.draft, saying.escaped, saying.place, saying.at)
        if (event) this.#tell(event)
        return true
      }
      case 'progress': {
        const { event } = saying
        if (!isAfter(event, this.place)) return true
        if (event.seq !== this.#head) return false
        this.#sub = event.sub
        this.drafts.take(saying.key, event)
        this.#tell(event)
        return true
      }
      case 'commit': {
        if (saying.seq <= this.#head) return true
        if (saying.seq !== this.#head + 1) return false
        const { type, level, reasoning } = saying.body
        this.#commit(saying.body, { seq: saying.seq, sub: 0, type, level, reasoning, fields: saying.json.slice(1) })
        return true
      }
      case 'get':
        return false
    }
  }

  #commit(body: Superseding, event: LogEvent): void {
    this.#head = event.seq
    this.#sub = 0
    this.drafts.supersede(body)
    this.#tail.push(event)
    this.#tell(event)
  }

  #tell(event: LogEvent): void {
    for (const reader of this.live) reader.tell(event)
  }

  /** Takes the commits up to `head` from the store, and tells them. What was being said meanwhile only the owner knows. */
  async #reach(head: number): Promise<void> {
    const isFar = head - this.#head > FAR_BEHIND
    for (const { seq, json } of await this.#commitsUpTo(head)) {
      if (seq === this.#head + 1) this.#commit(supersedingOf(json), storedEvent(seq, json))
    }
    if (!isFar) return
    this.drafts = new OpenDrafts()
    this.#head = head
    this.#sub = 0
    for (const reader of [...this.live]) reader.missed()
  }

  /** The commits that are missing here; none where they are so many that readers shall read for themselves. */
  async #commitsUpTo(head: number): Promise<readonly StoredCommit[]> {
    if (head - this.#head > FAR_BEHIND) {
      this.#tail.clear()
      return []
    }
    const commits: StoredCommit[] = []
    for (let at = this.#head; at < head && !this.#isClosed; at = commits.at(-1)!.seq) {
      const stored = await this.house.store.read(this.key, at, READ_PAGE)
      if (stored.length === 0) throw new Error(`the log of ${this.id} ends at ${at}, not at ${head}`)
      commits.push(...stored.filter(({ seq }) => seq <= head))
    }
    return commits
  }

  #getSoon(): void {
    this.sync().catch((error) => this.house.onFault(error))
  }
}

function supersedingOf(json: string): Superseding {
  const { type, step, span, task } = JSON.parse(json) as Superseding
  return { type, step, span, task }
}
