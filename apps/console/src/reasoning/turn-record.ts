import type { EventOf, Json, SessionEvent, Usage } from '@longwire/protocol'

// A turn as what took time in it: spans of the trace, with what the log says of the same steps beside them. Made from
// events alone, so that a turn of last year and one that runs now are told in the same way.

export type RecordKind =
  | 'model'
  | 'tool'
  | 'search'
  | 'rationale'
  /** For a person. */
  | 'wait'
  /** For a time: before the next try, or as the agent wanted it. */
  | 'pause'
  | 'custom'
  | 'rollback'
  | 'run'
  | 'input'

export interface RecordRow {
  readonly id: string
  readonly parent: string | undefined
  readonly kind: RecordKind
  readonly label: string
  readonly startedAt: number
  /** Open still where it is left out. */
  readonly endedAt: number | undefined
  readonly outcome: 'ok' | 'error' | 'cancelled' | 'denied' | 'expired' | undefined
  readonly step: string | undefined
  readonly input: Json | undefined
  readonly output: Json | undefined
  readonly text: string | undefined
  readonly error: string | undefined
  readonly usage: Usage | undefined
  readonly detail: Json | undefined
  readonly fraction: number | undefined
}

export interface TurnRecord {
  readonly startedAt: number
  readonly endedAt: number | undefined
  readonly usage: Usage | undefined
  readonly rows: readonly RecordRow[]
}

type Draft<T> = { -readonly [K in keyof T]: T[K] }

/** The record of the turn that these events are of; events of other turns are passed over. */
export function turnRecord(turn: string, events: readonly SessionEvent[]): TurnRecord {
  const builder = new Builder()
  for (const event of events) if (event.turn === turn) builder.take(event)
  return builder.record()
}

class Builder {
  readonly #rows = new Map<string, Draft<RecordRow>>()
  /** Of each step the row that stands for it. */
  readonly #byStep = new Map<string, Draft<RecordRow>>()
  readonly #begun = new Map<string, number>()
  readonly #calls = new Map<string, EventOf<'tool.started'>>()
  /** What people were asked, in which step: the span of such a wait says nothing that the question does not say. */
  readonly #asking = new Set<string>()
  /** Which call a wait is about. */
  readonly #callOf = new Map<Draft<RecordRow>, string>()
  #startedAt = 0
  #endedAt: number | undefined
  #usage: Usage | undefined
  #last = 0

  take(event: SessionEvent): void {
    switch (event.type) {
      case 'turn.started':
        this.#started(event)
        break
      case 'turn.ended':
        this.#endedAt = event.at
        this.#usage = event.usage
        break
      case 'trace.progress':
      case 'trace.span':
        this.#span(event)
        break
      case 'chunk.text':
      case 'chunk.reasoning':
      case 'chunk.tool':
        if (!this.#begun.has(event.step)) this.#begun.set(event.step, event.at)
        break
      case 'message.committed':
        this.#message(event)
        break
      case 'tool.started':
        this.#calls.set(event.call, event)
        this.#put(this.#ofStep(event.step!, 'tool', event.title ?? event.name, event.at), { input: event.input })
        break
      case 'tool.finished':
        this.#toolFinished(event)
        break
      case 'control.requested':
        this.#asked(event)
        break
      case 'control.settled':
        this.#settled(event)
        break
      case 'step.rolledback':
        this.#rolledBack(event)
        break
      case 'step.finished':
        this.#stepFinished(event)
        break
      case 'input.applied':
        if (event.step !== undefined) this.#mark(`input ${event.input}`, 'input', 'You steered', event.at)
        break
    }
    this.#last = event.at
  }

  record(): TurnRecord {
    // A call may be asked about before it starts, and its row is named anew by its span: only now is it known which it is.
    for (const [row, call] of this.#callOf) {
      const step = this.#calls.get(call)?.step
      row.parent = step === undefined ? undefined : this.#byStep.get(step)?.id
    }
    const rows = [...this.#rows.values()].sort((a, b) => a.startedAt - b.startedAt)
    return { startedAt: this.#startedAt, endedAt: this.#endedAt, usage: this.#usage, rows }
  }

  #started({ at, attempt }: EventOf<'turn.started'>): void {
    if (attempt === 1) this.#startedAt = at
    else this.#mark(`run ${attempt}`, 'run', `Run ${attempt}: it goes on where it was cut`, at)
  }

  #span(event: EventOf<'trace.progress'> | EventOf<'trace.span'>): void {
    const { span, parent, label, detail, step, fraction } = event
    const kind = event.kind === 'wait' ? 'pause' : event.kind
    if (kind === 'pause' && this.#asking.has(`${step} ${label}`)) return
    const isOver = event.type === 'trace.span'
    const startedAt = event.startedAt ?? this.#rows.get(span)?.startedAt ?? event.at
    // What is waited for in a step is not what the step does.
    const stands = kind !== 'pause' && step !== undefined && parent === undefined && !this.#byStep.get(step)?.parent
    // A tool that has started has a row already: its span says the same better.
    const known = this.#rows.get(span) ?? (stands ? this.#byStep.get(step) : undefined)
    const row = known ?? this.#row(span, kind, label, startedAt)
    if (row.id !== span) {
      this.#rows.delete(row.id)
      row.id = span
      this.#rows.set(span, row)
    }
    this.#put(row, { parent, kind, label: plain(label), startedAt, step, detail, fraction })
    if (stands) this.#byStep.set(step, row)
    if (isOver) this.#put(row, { endedAt: startedAt + event.tookMs, outcome: event.outcome })
  }

  #message({ step, message, usage, at }: EventOf<'message.committed'>): void {
    const text = message.parts.flatMap((part) => (part.type === 'text' || part.type === 'reasoning' ? part.text : []))
    const row = this.#ofStep(step, 'model', 'Model', this.#begun.get(step) ?? this.#last)
    this.#put(row, { text: text.join('\n\n') || undefined, usage })
    row.endedAt ??= at
    row.outcome ??= 'ok'
  }

  #toolFinished({ step, call, outcome, output, error, tookMs }: EventOf<'tool.finished'>): void {
    const started = this.#calls.get(call)
    const row = this.#ofStep(step ?? started?.step ?? call, 'tool', started?.title ?? call, started?.at ?? this.#last)
    this.#put(row, { output, error, outcome, endedAt: row.startedAt + tookMs })
  }

  #asked({ step, request, kind, message, call, input, at }: EventOf<'control.requested'>): void {
    this.#asking.add(`${step} ${message}`)
    for (const row of this.#rows.values()) {
      if (row.kind === 'pause' && row.step === step && row.label === plain(message)) this.#rows.delete(row.id)
    }
    const label = kind === 'approval' ? `Waits for approval: ${message}` : `Waits for an answer: ${message}`
    const row = this.#row(`request ${request}`, 'wait', label, at)
    this.#put(row, { input })
    if (call !== undefined) this.#callOf.set(row, call)
  }

  #settled({ request, outcome, answer, at }: EventOf<'control.settled'>): void {
    const row = this.#rows.get(`request ${request}`)
    if (!row) return
    const isNo = answer !== undefined && ('approved' in answer ? !answer.approved : answer.action !== 'accept')
    const how = outcome === 'answered' ? (isNo ? 'denied' : 'ok') : outcome === 'expired' ? 'expired' : 'cancelled'
    this.#put(row, { endedAt: at, outcome: how, output: answer as Json | undefined })
  }

  /** What was open in the step is gone; that it was there is told. */
  #rolledBack({ step, reason, at }: EventOf<'step.rolledback'>): void {
    const open = this.#byStep.get(step)
    const startedAt = open?.startedAt ?? this.#begun.get(step) ?? this.#last
    if (open && open.endedAt === undefined) this.#rows.delete(open.id)
    this.#byStep.delete(step)
    this.#begun.delete(step)
    const row = this.#row(`rollback ${step} ${at}`, 'rollback', 'Taken back, to be said anew', startedAt)
    this.#put(row, { endedAt: at, outcome: 'cancelled', error: reason, step })
  }

  #stepFinished({ step, name, output, error, tookMs, at }: EventOf<'step.finished'>): void {
    const row = this.#ofStep(step, 'custom', name, at - tookMs)
    this.#put(row, { output, error: error?.message, endedAt: at, outcome: error ? 'error' : 'ok' })
  }

  #mark(id: string, kind: RecordKind, label: string, at: number): void {
    this.#put(this.#row(id, kind, label, at), { endedAt: at, outcome: 'ok' })
  }

  #ofStep(step: string, kind: RecordKind, label: string, at: number): Draft<RecordRow> {
    const known = this.#byStep.get(step)
    if (known) return known
    const row = this.#row(`step ${step}`, kind, label, at)
    row.step = step
    this.#byStep.set(step, row)
    return row
  }

  #row(id: string, kind: RecordKind, label: string, startedAt: number): Draft<RecordRow> {
    const row: Draft<RecordRow> = {
      ...{ id, kind, label, startedAt, parent: undefined, endedAt: undefined, outcome: undefined, step: undefined },
      ...{ input: undefined, output: undefined, text: undefined, error: undefined, usage: undefined },
      ...{ detail: undefined, fraction: undefined },
    }
    this.#rows.set(id, row)
    return row
  }

  #put(row: Draft<RecordRow>, change: Partial<RecordRow>): void {
    for (const [name, value] of Object.entries(change)) if (value !== undefined) Object.assign(row, { [name]: value })
  }
}

function plain(label: string): string {
  return label.replaceAll(/\*([^*]+)\*/g, '“$1”')
}

export interface TreeRow {
  readonly row: RecordRow
  readonly depth: number
}

/** The rows as a tree is read: each under its parent, those beside each other in order of start. */
export function asTree(rows: readonly RecordRow[]): readonly TreeRow[] {
  const ids = new Set(rows.map(({ id }) => id))
  const byParent = Map.groupBy(rows, ({ parent }) => (parent !== undefined && ids.has(parent) ? parent : ''))
  const seen = new Set<string>()
  const walk = (parent: string, depth: number): TreeRow[] =>
    (byParent.get(parent) ?? []).flatMap((row) => {
      if (seen.has(row.id)) return []
      seen.add(row.id)
      return [{ row, depth }, ...walk(row.id, depth + 1)]
    })
  return walk('', 0)
}
