import type { ClientStorage } from '../storage.ts'
import type { Unsent } from './outbox.ts'

/** The inputs of one session that wait to be sent, written down so that they outlive the page. */
export class KeptSends {
  readonly #storage: ClientStorage
  readonly #key: string
  #written: Promise<unknown> = Promise.resolve()
  #last = ''

  constructor(storage: ClientStorage, server: string, session: string) {
    this.#storage = storage
    this.#key = `longwire:sends:${server}:${session}`
  }

  /** What an earlier page could not send. */
  async read(): Promise<readonly Unsent[]> {
    try {
      const kept: unknown = JSON.parse((await this.#storage.getItem(this.#key)) ?? '[]')
      return Array.isArray(kept) ? kept : []
    } catch {
      return []
    }
  }

  /**
   * One after the other: a storage that takes its time must not end with what is older. Where it is full or gone, inputs
   * wait for as long as the page lives.
   */
  write(inputs: readonly Unsent[]): void {
    const text = inputs.length === 0 ? '' : JSON.stringify(inputs)
    if (text === this.#last) return
    this.#last = text
    const put = () => (text === '' ? this.#storage.removeItem(this.#key) : this.#storage.setItem(this.#key, text))
    this.#written = this.#written.then(put).catch(() => {})
  }
}
