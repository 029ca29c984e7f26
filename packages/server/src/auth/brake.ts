import type { Clock } from '../clock.ts'

export interface BrakeLimits {
  readonly freeRefusals: number
  readonly refusalDelayMs: number
  readonly refusalDelayMostMs: number
  readonly heldRefusals: number
}

interface Count {
  readonly refusals: number
  readonly at: number
}

/** Of what was counted, half is forgotten after so long. */
const HALF_LIFE_MS = 60_000
const MOST_NAMES = 20_000

/**
 * Slows down whoever guesses: the more credentials of an address, or of one key, were refused, the longer the next refusal
 * takes. Only refusals wait, so whoever has the right key is let in at once, whatever others try from the same address or
 * with the same name.
 */
export class Brake {
  readonly #clock: Clock
  readonly #limits: BrakeLimits
  readonly #counts = new Map<string, Count>()
  #held = 0

  constructor(clock: Clock, limits: BrakeLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Answers that wait now. */
  get held(): number {
    return this.#held
  }

  /** Counts a refusal for each of these names, and says how long its answer is to wait. */
  refused(names: readonly string[]): number {
    const counts = names.map((name) => this.#count(name))
    return Math.max(0, ...counts.map((refusals) => this.#delay(refusals)))
  }

  /** Holds an answer back. Where as many are held as may be, none is: then answers are worth less than the memory. */
  async hold(delayMs: number): Promise<void> {
    if (delayMs === 0 || this.#held >= this.#limits.heldRefusals) return
    this.#held += 1
    try {
      await new Promise((resolve) => setTimeout(resolve, delayMs).unref())
    } finally {
      this.#held -= 1
    }
  }

  #count(name: string): number {
    const now = this.#clock.now()
    const before = this.#counts.get(name)
    const left = before ? before.refusals * 0.5 ** (Math.max(0, now - before.at) / HALF_LIFE_MS) : 0
    // Put at the end: what was counted longest ago is forgotten first.
    this.#counts.delete(name)
    this.#counts.set(name, { refusals: left + 1, at: now })
    if (this.#counts.size > MOST_NAMES) this.#counts.delete(this.#counts.keys().next().value!)
    return left + 1
  }

  #delay(refusals: number): number {
    const { freeRefusals, refusalDelayMs, refusalDelayMostMs } = this.#limits
    const over = Math.round(refusals - freeRefusals)
    return over < 1 ? 0 : Math.min(refusalDelayMostMs, refusalDelayMs * 2 ** Math.min(over - 1, 20))
  }
}
