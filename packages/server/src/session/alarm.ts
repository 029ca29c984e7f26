const LONGEST_MS = 86_400_000

/** Rings once at a time that can be moved; it keeps no process alive. */
export class Alarm {
  readonly #now: () => number
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #at: number | undefined

  constructor(now: () => number, ring: () => void) {
    this.#now = now
    this.#ring = ring
  }

  /** The time to ring at, in milliseconds since 1970; undefined for not at all. */
  set(at: number | undefined): void {
    if (at === this.#at) return
    clearTimeout(this.#timer)
    this.#at = at
    if (at !== undefined) this.#wait(at)
  }

  #wait(at: number): void {
    const left = at - this.#now()
    // Node's own timers end at 24 days.
    this.#timer = setTimeout(
      () => (left > LONGEST_MS ? this.#wait(at) : this.#due()),
      Math.max(0, Math.min(left, LONGEST_MS)),
    )
    this.#timer.unref()
  }

  #due(): void {
    this.#at = undefined
    this.#ring()
  }
}
