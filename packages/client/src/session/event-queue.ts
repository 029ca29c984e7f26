import type { EventOf, SessionEvent } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import type { LongwireError } from '../longwire-error.ts'

/**
 * The view changed other than by the next event: the server began with a view (`snapshot`), what was known no longer
 * holds (`reset`), or this reader left more than {@link MOST_WAITING} events unread (`behind`). It stands for all events up
 * to `at`.
 */
export interface ViewReplaced {
  readonly type: 'snapshot'
  readonly why: 'snapshot' | 'reset' | 'behind'
  readonly at: string
  readonly view: SessionView
}

export type ReadEvent = SessionEvent | ViewReplaced

/** Events that one reader may leave unread. Over it they are folded into one `snapshot`. */
const MOST_WAITING = 1_024

/** What one reader has yet to read. Text that is added to the same draft waits as one event; too much waits as a view. */
export class EventQueue implements AsyncIterableIterator<ReadEvent> {
  #unread: ReadEvent[] = []
  #over: { readonly error?: LongwireError } | undefined
  #wake: (() => void) | undefined
  readonly #onReturn: (queue: EventQueue) => void

  constructor(onReturn: (queue: EventQueue) => void) {
    this.#onReturn = onReturn
  }

  /** `view` is what it was folded into. */
  push(event: ReadEvent, view: SessionView): void {
    if (event.type === 'snapshot') this.#unread = [event]
    else if (!this.#merge(event)) this.#unread.push(event)
    if (this.#unread.length > MOST_WAITING) this.#unread = [{ type: 'snapshot', why: 'behind', at: view.at, view }]
    this.#wake?.()
  }

  /** What is unread is still given; then the reader ends, or throws. */
  end(error?: LongwireError): void {
    this.#over ??= error ? { error } : {}
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<ReadEvent>> {
    for (;;) {
      const value = this.#unread.shift()
      if (value) return { done: false, value }
      if (this.#over?.error) {
        const { error } = this.#over
        this.#over = {}
        throw error
      }
      if (this.#over) return { done: true, value: undefined }
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
  }

  return(): Promise<IteratorResult<ReadEvent>> {
    this.#unread = []
    this.end()
    this.#onReturn(this)
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #merge(event: SessionEvent): boolean {
    const last = this.#unread.at(-1)
    if (!last || !isText(event) || last.type !== event.type) return false
    const waiting = last as typeof event
    if (waiting.step !== event.step || waiting.part !== event.part) return false
    this.#unread[this.#unread.length - 1] = { ...event, text: waiting.text + event.text }
    return true
  }
}

function isText(event: SessionEvent): event is EventOf<'chunk.text' | 'chunk.reasoning'> {
  return event.type === 'chunk.text' || event.type === 'chunk.reasoning'
}
