import type { Engine, Statement } from './engine.ts'

/** What one statement frees at most, so that others are served between two of them. */
const SLICE = 100

/** Frees the logs of erased sessions, a slice at a time; what a dead node left is freed by whoever looks next. */
export class Sweep {
  readonly #engine: Engine
  readonly #next: Statement
  readonly #slice: Statement
  readonly #done: Statement
  #running: Promise<void> | undefined
  #isAsked = false
  #isClosed = false

  constructor(engine: Engine, s: string) {
    this.#engine = engine
    this.#next = { name: 'longwire_erased', text: `SELECT sid FROM ${s}.erased LIMIT 1` }
    this.#slice = {
      name: 'longwire_sweep',
      text: `DELETE FROM ${s}.record WHERE sid = $1 AND last <= (
        SELECT max(last) FROM (SELECT last FROM ${s}.record WHERE sid = $1 ORDER BY last LIMIT ${SLICE}) AS slice
      ) RETURNING 1 AS one`,
    }
    this.#done = {
      name: 'longwire_swept',
      text: `WITH cached AS (DELETE FROM ${s}.checkpoint WHERE sid = $1) DELETE FROM ${s}.erased WHERE sid = $1`,
    }
  }

  /** Begins, where it has not; what cannot be freed now is left to the next time. */
  start(): void {
    this.#isAsked = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#isAsked && !this.#isClosed) {
        this.#isAsked = await this.#freeOne()
      }
    } catch {
      // The engine is away: everything that is to be freed is written down there.
    }
  }

  /** False where nothing is left. */
  async #freeOne(): Promise<boolean> {
    const [erased] = await this.#engine.once('read', this.#next, [])
    if (!erased) return false
    while (!this.#isClosed) {
      const freed = await this.#engine.once('read', this.#slice, [erased.sid])
      if (freed.length > 0) continue
      await this.#engine.once('read', this.#done, [erased.sid])
      break
    }
    return true
  }
}
