/** Who wants to hear that something changed. The same function twice is two subscribers. */
export class Subscribers {
  readonly #all = new Set<() => void>()

  /** Returns the way to hear no more. */
  add = (changed: () => void): (() => void) => {
    const subscriber = () => changed()
    this.#all.add(subscriber)
    return () => this.#all.delete(subscriber)
  }

  tell(): void {
    for (const subscriber of this.#all) subscriber()
  }
}
