import type { Json, Level, SpanKind } from '@longwire/protocol'
import type { Clock } from '../clock.ts'
import type { Journal } from './journal.ts'
import { jsonText } from './json-text.ts'
import type { CommitFields, Voice } from './voice.ts'

export interface SpanHead {
  readonly label: string
  readonly level: Level
  readonly kind: SpanKind
  readonly detail?: Json | undefined
  readonly parent?: string | undefined
  readonly step?: string | undefined
  /** What the span is named for: its step unless given, or the turn. */
  readonly owner?: string | undefined
  readonly fraction?: number | undefined
  /** When it began, where that was in an earlier run of the turn. */
  readonly startedAt?: number | undefined
}

export type SpanOutcome = 'ok' | 'error' | 'cancelled'

/** One open piece of the trace. It is shown as it moves, and committed once, when it ends. */
export interface Span {
  readonly id: string
  move(moved: { readonly fraction?: number | undefined; readonly label?: string | undefined }): void
  /** The commit that ends it; none when it has ended before. */
  end(outcome: SpanOutcome, detail?: Json): readonly CommitFields[]
}

/**
 * The spans of one run. They are numbered in the order in which they begin, in each step by itself, so that a step which
 * answers from the log shifts no other's. Where code runs again, a span that is in the log already is not said again.
 */
export class Spans {
  readonly #root: string
  readonly #voice: Voice
  readonly #clock: Clock
  readonly #journal: Journal
  readonly #open = new Set<Span>()
  readonly #last = new Map<string, number>()
  readonly #renewed = new Set<string>()

  constructor(root: string, voice: Voice, clock: Clock, journal: Journal) {
    this.#root = root
    this.#voice = voice
    this.#clock = clock
    this.#journal = journal
  }

  /** The step runs anew as a whole: all its spans are new ones. */
  renew(step: string): void {
    this.#renewed.add(step)
  }

  /** Begins a span and shows it. */
  open(given: SpanHead): Span {
    const head = checked(given)
    const id = this.#nextId(head)
    if (this.#journal.span(id)) return { id, move() {}, end: () => [] }
    const startedAt = head.startedAt ?? this.#clock.now()
    let fraction = head.fraction
    let ended = false
    const show = (label: string) => {
      this.#voice.progress(id, { type: 'trace.progress', ...fields(id, { ...head, label, fraction }) })
    }
    const span: Span = {
      id,
      move: (moved) => {
        if (ended) return
        fraction = clamped(moved.fraction) ?? fraction
        show(moved.label ?? head.label)
      },
      end: (outcome, detail) => {
        if (ended) return []
        ended = true
        this.#open.delete(span)
        return [
          committed(id, { ...head, fraction, detail: detail ?? head.detail }, outcome, startedAt, this.#clock.now()),
        ]
      },
    }
    this.#open.add(span)
    show(head.label)
    return span
  }

  /** The commit of a span that is over at once. */
  note(given: SpanHead): readonly CommitFields[] {
    const now = this.#clock.now()
    const head = checked(given)
    const id = this.#nextId(head)
    return this.#journal.span(id) ? [] : [committed(id, head, 'ok', now, now)]
  }

  /** Ends whatever is still open, oldest first. */
  endAll(outcome: SpanOutcome): readonly CommitFields[] {
    return [...this.#open].flatMap((span) => span.end(outcome))
  }

  /** An id that is in the log is given again only where code runs again, and to what has the same label. */
  #nextId({ owner, step, label }: SpanHead): string {
    const of = owner ?? step ?? this.#root
    for (let n = (this.#last.get(of) ?? 0) + 1; ; n++) {
      const id = `${of}.s${n}`
      const recorded = this.#journal.span(id)
      if (recorded && (recorded.label !== label || this.#renewed.has(of))) continue
      this.#last.set(of, n)
      return id
    }
  }
}

function committed(id: string, head: SpanHead, outcome: SpanOutcome, startedAt: number, endedAt: number): CommitFields {
  // A clock may be set back while a span is open.
  const tookMs = Math.max(0, endedAt - startedAt)
  return { type: 'trace.span', ...fields(id, head), outcome, startedAt, tookMs } as CommitFields
}

function fields(id: string, { step, parent, level, kind, label, detail, fraction }: SpanHead) {
  return { step, span: id, parent, level, kind, label, detail: detail as never, fraction }
}

function checked(head: SpanHead): SpanHead {
  jsonText(head.detail, `the detail of «${head.label}»`)
  return { ...head, label: String(head.label), fraction: clamped(head.fraction) }
}

function clamped(fraction: number | undefined): number | undefined {
  return fraction === undefined || Number.isNaN(fraction) ? undefined : Math.min(1, Math.max(0, fraction))
}
