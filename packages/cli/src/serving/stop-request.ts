import { type Terminal, warn } from '../terminal/terminal.ts'

/** The first Ctrl-C (or SIGTERM) asks to stop; the second does not wait any more. */
export class StopRequest {
  readonly #asked = Promise.withResolvers<void>()
  readonly #insisted = Promise.withResolvers<void>()
  readonly forget: () => void
  isAsked = false

  constructor(terminal: Terminal) {
    this.forget = terminal.onStop(() => {
      if (this.isAsked) this.#insisted.resolve()
      this.isAsked = true
      this.#asked.resolve()
    })
  }

  get asked(): Promise<void> {
    return this.#asked.promise
  }

  /** Whether `work` came to its end before the person insisted. */
  async allow(work: Promise<void>): Promise<boolean> {
    return Promise.race([work.then(() => true), this.#insisted.promise.then(() => false)])
  }
}

export function sayStopping(terminal: Terminal): void {
  warn(terminal, '\n  stopping: running turns may end first · Ctrl-C again stops at once')
}
