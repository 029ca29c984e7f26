/*
 *   listening ──tick──► waiting ──pong──► listening
 *                          └──tick, for too long──► blocked
 *
 * Whether a worker still yields to its event loop. Time in which this thread was itself kept from ticking does not
 * count against the worker.
 */
export class Watchdog {
  readonly #everyMs: number
  readonly #blockedMs: number
  #lastTick: number
  #waitedMs: number | undefined

  constructor(everyMs: number, blockedMs: number, now: number) {
    this.#everyMs = everyMs
    this.#blockedMs = blockedMs
    this.#lastTick = now
  }

  /** What to do now; to be asked every `everyMs`. */
  tick(now: number): 'ping' | 'wait' | 'blocked' {
    const passed = Math.min(now - this.#lastTick, 2 * this.#everyMs)
    this.#lastTick = now
    if (this.#waitedMs === undefined) {
      this.#waitedMs = 0
      return 'ping'
    }
    this.#waitedMs += passed
    return this.#waitedMs >= this.#blockedMs ? 'blocked' : 'wait'
  }

  pong(): void {
    this.#waitedMs = undefined
  }
}
