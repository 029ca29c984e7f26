import type { SessionEvent } from '@longwire/protocol'
import { emptyView, foldAll, type SessionView } from '@longwire/view'

export interface Page {
  readonly events: readonly SessionEvent[]
  readonly place: string
  readonly log: string
  readonly recovered: 'replay' | 'snapshot' | 'reset'
  readonly snapshot?: { readonly at: string; readonly view: SessionView }
}

/** Somebody who reads a session a page at a time, and is away in between. */
export class FoldReader {
  view: SessionView = emptyView()
  #place: string | undefined
  #log: string | undefined

  /** What the next page is to be asked for. */
  get query(): URLSearchParams {
    const place = this.#place === undefined ? { after: '0' } : { after: this.#place, log: this.#log! }
    return new URLSearchParams({ ...place, trace: 'debug' })
  }

  take({ events, place, log, snapshot }: Page): void {
    const before = snapshot ? snapshot.view : this.view
    this.view = foldAll(before, events)
    this.#place = place
    this.#log = log
  }
}
