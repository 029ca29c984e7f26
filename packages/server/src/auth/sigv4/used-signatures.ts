import type { Clock } from '../../clock.ts'

const MOST = 100_000

/** The signatures of addresses that were used already, each until nobody would take it any more. */
export class UsedSignatures {
  readonly #clock: Clock
  readonly #until = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** False where this one was used before, or where as many are remembered as may be: then none is believed to be fresh. */
  take(signature: string, until: number): boolean {
    if (this.#until.has(signature)) return false
    if (this.#until.size >= MOST) this.#forgetOld()
    if (this.#until.size >= MOST) return false
    this.#until.set(signature, until)
    return true
  }

  #forgetOld(): void {
    const now = this.#clock.now()
    for (const [signature, until] of this.#until) if (until < now) this.#until.delete(signature)
  }
}
