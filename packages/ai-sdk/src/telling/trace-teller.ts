import type { SpanView } from '@longwire/view'
import type { UIMessageChunk } from 'ai'
import type { TraceData } from '../longwire-message.ts'

interface Told {
  readonly json: string
  readonly data: TraceData
  /** In which step of the message its part stands: it goes with that step where it is taken back. */
  readonly step: number
}

/** Tells the spans of a turn as data parts, each under its id, again whenever it moves. */
export class TraceTeller {
  readonly #told = new Map<string, Told>()
  #trace: readonly SpanView[] = []

  tell(trace: readonly SpanView[], step: number): UIMessageChunk[] {
    if (trace === this.#trace) return []
    this.#trace = trace
    const there = new Map(flat(trace).map((span) => [span.span, dataOf(span)]))
    for (const [span, { data }] of this.#told) if (!there.has(span)) there.set(span, { ...data, withdrawn: true })
    return [...there].flatMap(([span, data]) => {
      const json = JSON.stringify(data)
      const told = this.#told.get(span)
      if (told?.json === json) return []
      this.#told.set(span, { json, data, step: told?.step ?? step })
      return [{ type: 'data-trace', id: span, data } as const]
    })
  }

  /** The parts of that step are not there any more. */
  forget(step: number): void {
    for (const [span, told] of this.#told) if (told.step === step) this.#told.delete(span)
    this.#trace = []
  }
}

function flat(spans: readonly SpanView[]): readonly SpanView[] {
  return spans.flatMap((span) => [span, ...flat(span.children)])
}

function dataOf({ label, level, kind, parent, fraction, detail, outcome, tookMs }: SpanView): TraceData {
  const all = { label, level, kind, parent, fraction, detail, outcome, tookMs }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as TraceData
}
