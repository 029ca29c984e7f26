import type { Json, Level, SpanKind } from '@longwire/protocol'
import type { Clock } from '../clock.ts'
import { jsonText } from './json-text.ts'
import type { CommitFields, Voice } from './voice.ts'

export interface SpanHead {
  readonly label: string
  readonly level: Level
  readonly kind: SpanKind
  readonly detail?: Json | undefined
  readonly parent?: string | undefined
  readonly step?: string | undefined
  readonly fraction?: number | undefined
}

export type SpanOutcome = 'ok' | 'error' | 'cancelled'

/** One open piece of the trace. It is shown as it moves, and committed once, when it ends. */
export interface Span {
  readonly id: string
  move(moved: { readonly fraction?: number | undefined; readonly label?: string | undefined }): void
  /** The commit that ends it; none when it has ended before. */
  end(outcome: SpanOutcome, detail?: Json): readonly CommitFields[]
}

/** The spans of one turn. Their ids follow the order in which they begin. */
export class Spans {
  readonly #turn: string
  readonly #voice: Voice
  readonly #clock: Clock
  readonly #open = new Set<Span>()
  #last = 0

  constructor(turn: string, voice: Voice, clock: Clock) {
    this.#turn = turn
    this.#voice = voice
    this.#clock = clock
  }

  /** Begins a span and shows it. */
  open(given: SpanHead): Span {
    const head = checked(given)
    const id = this.#nextId()
    const startedAt = this.#clock.now()
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

  /** A span that is over at once. */
  note(given: SpanHead): CommitFields {
    const now = this.#clock.now()
    return committed(this.#nextId(), checked(given), 'ok', now, now)
  }

  /** Ends whatever is still open, oldest first. */
  endAll(outcome: SpanOutcome): readonly CommitFields[] {
    return [...this.#open].flatMap((span) => span.end(outcome))
  }

  #nextId(): string {
    return `${this.#turn}.s${++this.#last}`
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
