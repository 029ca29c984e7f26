import type { LogEvent } from './log-event.ts'

const MOST_COMMITS = 256
const MOST_CHARACTERS = 262_144

/** The newest commits of a session, so that a reader who is a little behind costs the store nothing. */
export class CommitTail {
  #events: LogEvent[] = []
  #characters = 0

  push(event: LogEvent): void {
    this.#events.push(event)
    this.#characters += event.fields.length
    while (this.#events.length > MOST_COMMITS || (this.#characters > MOST_CHARACTERS && this.#events.length > 1)) {
      this.#characters -= this.#events.shift()!.fields.length
    }
  }

  /** The commits after `seq` where this tail reaches back so far; undefined where it does not. */
  after(seq: number): readonly LogEvent[] | undefined {
    const first = this.#events[0]
    if (!first || first.seq > seq + 1) return undefined
    return this.#events.slice(seq + 1 - first.seq)
  }

  clear(): void {
    this.#events = []
    this.#characters = 0
  }
}
