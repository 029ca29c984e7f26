import type { ReadEvent } from '@longwire/client'
import picocolors from 'picocolors'
import { clipped, inline, prose } from '../terminal/prose.ts'

const COLUMNS = 100
const PLAIN = picocolors.createColors(false)

/** What an agent does, as plain lines: each piece of work once, when it begins. */
export class WorkNotes {
  /** Spans that were told of, of the running turn. */
  readonly #told = new Set<string>()

  of(event: ReadEvent): readonly string[] {
    switch (event.type) {
      case 'trace.progress':
      case 'trace.span':
        return this.#once(event.span, `● ${inline(clipped(event.label, COLUMNS), PLAIN)}`)
      case 'tool.started':
        return [`  ↳ ${event.name} ${clipped(JSON.stringify(event.input), COLUMNS)}`]
      case 'tool.finished':
        return event.outcome === 'ok' ? [] : [`  ✗ ${clipped(event.error ?? event.outcome, COLUMNS)}`]
      case 'message.committed':
        return event.message.parts
          .filter((part) => part.type === 'reasoning')
          .flatMap(({ text }) => prose(text, COLUMNS, PLAIN).map((line) => `  ┊ ${line}`))
      case 'task.started':
        return [`◔ in the background: ${clipped(event.label, COLUMNS)}`]
      case 'control.settled':
        return [`  ↳ ${event.outcome}${event.by ? ` by ${event.by}` : ''}`]
      case 'step.rolledback':
        return [`↶ taken back: ${clipped(event.reason, COLUMNS)}`]
      case 'turn.ended':
        this.#told.clear()
        return []
      default:
        return []
    }
  }

  #once(span: string, note: string): readonly string[] {
    if (this.#told.has(span)) return []
    this.#told.add(span)
    return [note]
  }
}
