import type { FromAgent, Said } from '../boundary/messages.ts'
import { pack } from '../boundary/packed-adds.ts'

/**
 * Where all runs of a worker speak. What they say in one iteration of the event loop leaves as one message, because
 * crossing a thread costs far more than a token does.
 */
export class Outlet {
  readonly #post: (message: FromAgent) => void
  #said: Said[] = []
  /** Where in `#said` a progress stands: of one span or task only the latest of a tick is worth carrying. */
  readonly #progress = new Map<string, number>()
  #tick = 0

  constructor(post: (message: FromAgent) => void) {
    this.#post = post
  }

  /** Changes whenever a message leaves: what was said under the same number has not been sent yet. */
  get tick(): number {
    return this.#tick
  }

  say(said: Said): void {
    if (this.#said.length === 0) setImmediate(() => this.#flush())
    if (said.type === 'progress') {
      const key = `${said.run} ${said.key}`
      const before = this.#progress.get(key)
      if (before !== undefined) {
        this.#said[before] = said
        return
      }
      this.#progress.set(key, this.#said.length)
    }
    this.#said.push(said)
  }

  #flush(): void {
    const said = this.#said
    this.#said = []
    this.#progress.clear()
    this.#tick++
    this.#post({ type: 'said', said: pack(said) })
  }
}
