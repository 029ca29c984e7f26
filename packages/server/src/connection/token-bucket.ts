/** Lets `burst` through at once and `perSecond` in the long run. */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** Takes so many where there are; otherwise says in how many milliseconds there will be. More than a burst never fits. */
  take(now: number, amount = 1): { readonly ok: true } | { readonly ok: false; readonly afterMs: number } {
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    if (this.#tokens >= amount) {
      this.#tokens -= amount
      return { ok: true }
    }
    return { ok: false, afterMs: Math.ceil(((amount - this.#tokens) / this.#perSecond) * 1_000) }
  }
}
