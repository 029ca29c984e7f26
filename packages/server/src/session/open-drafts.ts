import type { CommitBody, DraftHead } from '@longwire/agent/internal'
import type { CommitType, Level, Place } from '@longwire/protocol'
import type { LogEvent } from './log-event.ts'

/** Somebody who says elsewhere what is said here. */
export interface DraftsOutward {
  opened(draft: number, head: DraftHead): void
  added(draft: number, escaped: string, place: Place, at: number): void
  progressed(key: string, event: LogEvent): void
}

/** Drafts as they are handed to another node, which goes on from there. */
export interface DraftsText {
  readonly growing: readonly (readonly [draft: number, head: DraftHead])[]
  readonly runs: readonly (readonly [seq: number, runs: readonly RunText[]])[]
  readonly latest: readonly (readonly [key: string, event: LogEvent])[]
}

type RunText = readonly [
  draft: number,
  head: DraftHead,
  first: number,
  ends: readonly number[],
  text: string,
  at: number,
]

interface GrowingDraft {
  readonly number: number
  readonly head: DraftHead
  /** The event's fields up to and with the opening quote of the text that grows. */
  readonly prefix: string
  /** The same with the moment in front, which all that is said in one millisecond shares. */
  timed: { readonly at: number; readonly prefix: string }
}

/** What one draft said with nothing else said in between: pieces joined, and where each of them ended. */
interface Run {
  readonly draft: GrowingDraft
  /** The `sub` of the first piece; the others follow it one by one. */
  readonly first: number
  /** The length of `text` after each piece. */
  readonly ends: number[]
  /** JSON-escaped. */
  text: string
  at: number
}

/**
 * The drafts of a session that no commit has taken the place of yet, with all their text: what a reader who comes now
 * has missed. Text is kept escaped, as it goes over the wire, so nothing is parsed or serialised again.
 */
export class OpenDrafts {
  readonly #growing = new Map<number, GrowingDraft>()
  /** By the number of the commit they followed; ascending, and each list in the order in which it was said. */
  readonly #runs = new Map<number, Run[]>()
  /** Drafts of which only the latest counts: progress, by span or task. */
  readonly #latest = new Map<string, LogEvent>()
  outward: DraftsOutward | undefined

  get isEmpty(): boolean {
    return this.#growing.size === 0 && this.#latest.size === 0
  }

  /** The steps that have said something which is not committed. */
  steps(): readonly string[] {
    return [...new Set([...this.#growing.values()].map((draft) => draft.head.step))]
  }

  open(draft: number, head: DraftHead): void {
    const prefix = prefixOf(head)
    this.#growing.set(draft, { number: draft, head, prefix, timed: { at: 0, prefix: '' } })
    this.outward?.opened(draft, head)
  }

  has(draft: number): boolean {
    return this.#growing.has(draft)
  }

  /** All of it, for another node. */
  text(): DraftsText {
    const runText = ({ draft, first, ends, text, at }: Run): RunText => [
      draft.number,
      draft.head,
      first,
      ends,
      text,
      at,
    ]
    return {
      growing: [...this.#growing].map(([draft, { head }]) => [draft, head]),
      runs: [...this.#runs].map(([seq, runs]) => [seq, runs.map(runText)]),
      latest: [...this.#latest],
    }
  }

  /** Takes the place of what was known, with what another node said. */
  restore({ growing, runs, latest }: DraftsText): void {
    this.#growing.clear()
    this.#runs.clear()
    this.#latest.clear()
    for (const [draft, head] of growing) this.open(draft, head)
    for (const [seq, texts] of runs) {
      const restored = texts.map(([number, head, first, ends, text, at]): Run => {
        const known = this.#growing.get(number)
        const draft = known ?? { number, head, prefix: prefixOf(head), timed: { at: 0, prefix: '' } }
        return { draft, first, ends: [...ends], text, at }
      })
      this.#runs.set(seq, restored)
    }
    for (const [key, event] of latest) this.#latest.set(key, event)
  }

  /** Adds a piece at this place. Undefined where the draft is not open (its step has ended). */
  add(draft: number, escaped: string, place: Place, at: number): LogEvent | undefined {
    const growing = this.#growing.get(draft)
    if (!growing) return undefined
    const run = this.#runAt(growing, place, at)
    run.text += escaped
    run.ends.push(run.text.length)
    run.at = at
    this.outward?.added(draft, escaped, place, at)
    return chunk(growing, place.seq, place.sub, at, escaped)
  }

  progress(key: string, type: string, level: Level | undefined, json: string, place: Place): LogEvent {
    const fields = `"seq":${place.seq},"sub":${place.sub},${json.slice(1)}`
    const event: LogEvent = { seq: place.seq, sub: place.sub, type, level, fields }
    this.take(key, event)
    return event
  }

  /** Progress that has its place already. */
  take(key: string, event: LogEvent): void {
    this.#latest.set(key, event)
    this.outward?.progressed(key, event)
  }

  /** Forgets what this commit took the place of. */
  supersede(commit: Superseding): void {
    if (ENDS_STEP.has(commit.type) && commit.step !== undefined) this.#dropStep(commit.step)
    if (commit.type === 'trace.span' && commit.span !== undefined) this.#latest.delete(commit.span)
    if (commit.type === 'task.finished' && commit.task !== undefined) this.#latest.delete(commit.task)
    if (commit.type === 'step.rolledback' && commit.step !== undefined) this.#dropSpans(commit.step)
    if (commit.type === 'turn.ended') this.#dropTurn()
  }

  /**
   * What was said after commit `seq`, draft `sub`, and before the next commit, merged, in the order of its places. A draft
   * is one event as far as no other spoke in between: so whoever has one of these events has all that came before it,
   * and can come back from its place.
   */
  after(seq: number, sub: number): readonly LogEvent[] {
    const events: (LogEvent | Said)[] = []
    for (const run of this.#runs.get(seq) ?? []) {
      const said = saidAfter(run, sub)
      if (said) events.push(said)
    }
    for (const event of this.#latest.values()) if (event.seq === seq && event.sub > sub) events.push(event)
    return merged(
      seq,
      events.sort((a, b) => a.sub - b.sub),
    )
  }

  /** Everything that is open, merged, in the order of its places. */
  all(): readonly LogEvent[] {
    const seqs = new Set([...this.#runs.keys(), ...[...this.#latest.values()].map(({ seq }) => seq)])
    return [...seqs].sort((a, b) => a - b).flatMap((seq) => this.after(seq, 0))
  }

  /** The parts a step has said so far, in the order in which they began: kind, and text as escaped JSON. */
  partsOf(step: string): readonly { readonly head: DraftHead; readonly escaped: string }[] {
    const parts = new Map<GrowingDraft, string>()
    for (const runs of this.#runs.values()) {
      for (const { draft, text } of runs) {
        if (draft.head.step === step) parts.set(draft, (parts.get(draft) ?? '') + text)
      }
    }
    return [...parts].map(([{ head }, escaped]) => ({ head, escaped }))
  }

  #runAt(draft: GrowingDraft, { seq, sub }: Place, at: number): Run {
    const runs = this.#runs.get(seq) ?? []
    const last = runs.at(-1)
    if (last && last.draft === draft && last.first + last.ends.length === sub) return last
    const run: Run = { draft, first: sub, ends: [], text: '', at }
    runs.push(run)
    this.#runs.set(seq, runs)
    return run
  }

  /** Turns run one at a time, so all that is left is of the one that ended; a background task outlives it. */
  #dropTurn(): void {
    this.#growing.clear()
    this.#runs.clear()
    for (const [key, event] of this.#latest) if (event.type !== 'task.progress') this.#latest.delete(key)
  }

  /** The spans of a step that is withdrawn go with it. */
  #dropSpans(step: string): void {
    const mark = `"step":${JSON.stringify(step)}`
    for (const [key, event] of this.#latest) if (event.fields.includes(mark)) this.#latest.delete(key)
  }

  #dropStep(step: string): void {
    for (const [key, draft] of this.#growing) if (draft.head.step === step) this.#growing.delete(key)
    for (const [seq, runs] of this.#runs) {
      const kept = runs.filter(({ draft }) => draft.head.step !== step)
      if (kept.length === 0) this.#runs.delete(seq)
      else if (kept.length < runs.length) this.#runs.set(seq, kept)
    }
  }
}

const ENDS_STEP: ReadonlySet<CommitType> = new Set<CommitType>(['message.committed', 'step.rolledback'])

/** What of a commit says which drafts it takes the place of. */
export type Superseding = Pick<CommitBody, 'type' | 'step' | 'span' | 'task'>

function prefixOf(head: DraftHead): string {
  const { type, ...rest } = head
  const field = type === 'chunk.tool' ? 'input' : 'text'
  return `"type":"${type}",${JSON.stringify(rest).slice(1, -1)},"${field}":"`
}

/** A part of a run, up to its end. */
interface Said {
  readonly draft: GrowingDraft
  readonly sub: number
  readonly at: number
  readonly text: string
}

function saidAfter({ draft, first, ends, text, at }: Run, sub: number): Said | undefined {
  const last = first + ends.length - 1
  if (last <= sub) return undefined
  return { draft, sub: last, at, text: sub < first ? text : text.slice(ends[sub - first]) }
}

/** The events of these, where what one draft said is one event unless something else stands in between. */
function merged(seq: number, events: readonly (LogEvent | Said)[]): readonly LogEvent[] {
  const told: LogEvent[] = []
  let open: Said | undefined
  const close = () => {
    if (open) told.push(chunk(open.draft, seq, open.sub, open.at, open.text))
    open = undefined
  }
  for (const event of events) {
    if ('draft' in event && open?.draft === event.draft) {
      open = { ...event, text: open.text + event.text }
      continue
    }
    close()
    if ('draft' in event) open = event
    else told.push(event)
  }
  close()
  return told
}

function chunk(growing: GrowingDraft, seq: number, sub: number, at: number, escaped: string): LogEvent {
  if (growing.timed.at !== at) growing.timed = { at, prefix: `,"at":${at},${growing.prefix}` }
  return { seq, sub, type: growing.head.type, fields: `"seq":${seq},"sub":${sub}${growing.timed.prefix}${escaped}"}` }
}
