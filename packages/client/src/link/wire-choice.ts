import type { Clock } from '../outside.ts'
import type { ClientStorage } from '../storage.ts'
import type { WireName } from '../wire/wire.ts'

/** For so long it is remembered that a better wire did not get through here. */
const REMEMBER_MS = 600_000

/** Which wire is dialled next. What got through where a better one did not is remembered for a while. */
export class WireChoice {
  readonly best: WireName
  readonly #names: readonly WireName[]
  readonly #clock: Clock
  readonly #storage: ClientStorage | undefined
  readonly #key: string
  #chosen: WireName | undefined
  #until = 0

  constructor(names: readonly WireName[], server: string, clock: Clock, storage: ClientStorage | undefined) {
    this.#names = names
    this.best = names[0]!
    this.#clock = clock
    this.#storage = storage
    this.#key = `longwire:wire:${server}`
    void this.#recall()
  }

  /** The one to begin with. */
  get first(): WireName {
    return this.#chosen && this.#until > this.#clock.now() ? this.#chosen : this.best
  }

  /** What is tried where this one does not get through. */
  after(wire: WireName): WireName | undefined {
    return this.#names[this.#names.indexOf(wire) + 1]
  }

  /** This wire got through, or is what is left to try. */
  async choose(wire: WireName): Promise<void> {
    if (wire === this.best && !this.#chosen) return
    this.#chosen = wire
    this.#until = this.#clock.now() + REMEMBER_MS
    try {
      await this.#storage?.setItem(this.#key, `${wire} ${this.#until}`)
    } catch {} // what is not remembered is found out again
  }

  async #recall(): Promise<void> {
    try {
      // What a storage answers at once is known before the first wire is dialled.
      const kept = this.#storage?.getItem(this.#key)
      const [name, until] = ((typeof kept === 'string' ? kept : await kept) ?? '').split(' ')
      this.#chosen ??= this.#names.find((known) => known === name)
      this.#until ||= Number(until)
    } catch {}
  }
}
