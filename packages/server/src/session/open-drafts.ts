import type { CommitBody, DraftHead } from '@longwire/agent/internal'
import type { CommitType, Level, Place } from '@longwire/protocol'
import type { LogEvent } from './log-event.ts'

/** What was said of one draft between two commits: pieces joined, and where each piece ended. */
interface Stretch {
  readonly seq: number
  /** The `sub` of each piece, ascending, and the length of `text` after it. */
  readonly subs: number[]
  readonly ends: number[]
  /** JSON-escaped. */
  text: string
  at: number
}

interface GrowingDraft {
  readonly head: DraftHead
  /** The event's fields up to and with the opening quote of the text that grows. */
  readonly prefix: string
  readonly stretches: Stretch[]
}

/**
 * The drafts of a session that no commit has taken the place of yet, with all their text: what a reader who comes now
 * has missed. Text is kept escaped, as it goes over the wire, so nothing is parsed or serialised again.
 */
export class OpenDrafts {
  readonly #growing = new Map<number, GrowingDraft>()
  /** Drafts of which only the latest counts: progress, by span or task. */
  readonly #latest = new Map<string, LogEvent>()

  get isEmpty(): boolean {
    return this.#growing.size === 0 && this.#latest.size === 0
  }

  /** The steps that have said something which is not committed. */
  steps(): readonly string[] {
    return [...new Set([...this.#growing.values()].map((draft) => draft.head.step))]
  }

  open(draft: number, head: DraftHead): void {
    const { type, ...rest } = head
    const field = type === 'chunk.tool' ? 'input' : 'text'
    const prefix = `"type":"${type}",${JSON.stringify(rest).slice(1, -1)},"${field}":"`
    this.#growing.set(draft, { head, prefix, stretches: [] })
  }

  /** Adds a piece at this place. Undefined where the draft is not open (its step has ended). */
  add(draft: number, escaped: string, place: Place, at: number): LogEvent | undefined {
    const growing = this.#growing.get(draft)
    if (!growing) return undefined
    let stretch = growing.stretches.at(-1)
    if (stretch?.seq !== place.seq) {
      stretch = { seq: place.seq, subs: [], ends: [], text: '', at }
      growing.stretches.push(stretch)
    }
    stretch.text += escaped
    stretch.subs.push(place.sub)
    stretch.ends.push(stretch.text.length)
    stretch.at = at
    return chunk(growing, place.seq, place.sub, at, escaped)
  }

  progress(key: string, type: string, level: Level | undefined, json: string, place: Place): LogEvent {
    const fields = `"seq":${place.seq},"sub":${place.sub},${json.slice(1)}`
    const event: LogEvent = { seq: place.seq, sub: place.sub, type, level, fields }
    this.#latest.set(key, event)
    return event
  }

  /** Forgets what this commit took the place of. */
  supersede(commit: CommitBody): void {
    if (ENDS_STEP.has(commit.type) && commit.step !== undefined) this.#dropStep(commit.step)
    if (commit.type === 'trace.span' && commit.span !== undefined) this.#latest.delete(commit.span)
    if (commit.type === 'task.finished' && commit.task !== undefined) this.#latest.delete(commit.task)
    if (commit.type === 'turn.ended') this.#dropTurn()
  }

  /**
   * What was said after commit `seq`, draft `sub`, and before the next commit: one event for each draft, in the order of
   * their places.
   */
  after(seq: number, sub: number): readonly LogEvent[] {
    const events: LogEvent[] = []
    for (const growing of this.#growing.values()) {
      const stretch = growing.stretches.find((each) => each.seq === seq)
      const event = stretch && mergedAfter(growing, stretch, sub)
      if (event) events.push(event)
    }
    for (const event of this.#latest.values()) if (event.seq === seq && event.sub > sub) events.push(event)
    return events.sort((a, b) => a.sub - b.sub)
  }

  /** Every open draft whole, one event for each stretch, in the order of their places. */
  all(): readonly LogEvent[] {
    const events: LogEvent[] = [...this.#latest.values()]
    for (const growing of this.#growing.values()) {
      for (const stretch of growing.stretches) events.push(mergedAfter(growing, stretch, 0)!)
    }
    return events.sort((a, b) => a.seq - b.seq || a.sub - b.sub)
  }

  /** The parts a step has said so far, in the order in which they began: kind, and text as escaped JSON. */
  partsOf(step: string): readonly { readonly head: DraftHead; readonly escaped: string }[] {
    return [...this.#growing.values()]
      .filter((draft) => draft.head.step === step && draft.stretches.length > 0)
      .map((draft) => ({ head: draft.head, escaped: draft.stretches.map((stretch) => stretch.text).join('') }))
  }

  /** Turns run one at a time, so all that is left is of the one that ended; a background task outlives it. */
  #dropTurn(): void {
    this.#growing.clear()
    for (const [key, event] of this.#latest) if (event.type !== 'task.progress') this.#latest.delete(key)
  }

  #dropStep(step: string): void {
    for (const [key, draft] of this.#growing) if (draft.head.step === step) this.#growing.delete(key)
  }
}

const ENDS_STEP: ReadonlySet<CommitType> = new Set<CommitType>([
  'message.committed',
  'step.rolledback',
  'step.finished',
])

function mergedAfter(growing: GrowingDraft, stretch: Stretch, sub: number): LogEvent | undefined {
  const last = stretch.subs.at(-1)!
  if (last <= sub) return undefined
  const firstNew = stretch.subs.findIndex((each) => each > sub)
  const from = firstNew === 0 ? 0 : stretch.ends[firstNew - 1]!
  return chunk(growing, stretch.seq, last, stretch.at, stretch.text.slice(from))
}

function chunk(growing: GrowingDraft, seq: number, sub: number, at: number, escaped: string): LogEvent {
  return {
    seq,
    sub,
    type: growing.head.type,
    fields: `"seq":${seq},"sub":${sub},"at":${at},${growing.prefix}${escaped}"}`,
  }
}
