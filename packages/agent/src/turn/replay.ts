/**
 * Lets finished steps answer in the order in which they are in the log, so that code which races them sees the same one
 * win again. One that is asked for alone answers at the next turn of the event loop.
 */
export class Replay {
  readonly #asked: { readonly seq: number; readonly answer: () => void }[] = []

  /** Resolves when it is the turn of commit `seq`. */
  turnOf(seq: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#asked.length === 0) setImmediate(() => this.#next())
      this.#asked.push({ seq, answer: resolve })
    })
  }

  #next(): void {
    const first = this.#asked.reduce((best, each) => (each.seq < best.seq ? each : best))
    this.#asked.splice(this.#asked.indexOf(first), 1)
    first.answer()
    if (this.#asked.length > 0) setImmediate(() => this.#next())
  }
}
