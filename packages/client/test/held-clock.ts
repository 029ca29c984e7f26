import type { Clock } from '../src/outside.ts'

/** A clock that stands still until it is told to go on. */
export class HeldClock implements Clock {
  #now = 1_000_000
  #timers = new Set<{ readonly at: number; readonly then: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How long until the next timer fires. */
  get next(): number | undefined {
    const due = [...this.#timers].map(({ at }) => at - this.#now)
    return due.length === 0 ? undefined : Math.min(...due)
  }

  /** Lets time pass at once, as after a sleep: timers fire late. */
  sleep(ms: number): void {
    this.#now += ms
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue
      this.#timers.delete(timer)
      timer.then()
    }
  }
}
