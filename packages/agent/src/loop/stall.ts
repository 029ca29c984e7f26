import type { Clock } from '../clock.ts'

/** A model that said nothing for too long. */
export class ModelStalled extends Error {
  override readonly name = 'ModelStalled'
  constructor(ms: number) {
    super(`the model said nothing for ${ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`}`)
  }
}

/** How long a model may say nothing, unless the agent says otherwise. */
export const STALL_MS = 60_000

/** Watches the many waits of one model call, one after the other, with a single timer. */
export class StallWatch {
  readonly #clock: Clock
  readonly #ms: number
  readonly #ended = new AbortController()
  #wait: { readonly since: number; readonly stalled: (error: ModelStalled) => void } | undefined

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
    void this.#watch()
  }

  /** Settles as `promise` does, or rejects with `ModelStalled` where it takes longer than it may. */
  within<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#wait = { since: this.#clock.now(), stalled: reject }
      const over = () => {
        this.#wait = undefined
      }
      promise.finally(over).then(resolve, reject)
    })
  }

  end(): void {
    this.#ended.abort()
  }

  async #watch(): Promise<void> {
    for (let ms = this.#ms; ; ms = this.#left()) {
      await this.#clock.sleep(ms, this.#ended.signal)
      if (this.#ended.signal.aborted) return
      if (this.#left() > 0) continue
      this.#wait?.stalled(new ModelStalled(this.#ms))
      return
    }
  }

  /** How much longer the wait that is under way may take; all of it where none is, because the next begins later. */
  #left(): number {
    return this.#wait ? this.#wait.since + this.#ms - this.#clock.now() : this.#ms
  }
}
