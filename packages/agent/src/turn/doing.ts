/**
 * What a run is at: a tree, in which a wait for a person or a time is a leaf. A run waits when everything in it does,
 * and code that is at nothing we know of is at work.
 */
export class Doing {
  readonly #isWait: boolean
  readonly #parent: Doing | undefined
  readonly #children = new Set<Doing>()
  readonly #changed: () => void

  constructor(changed: () => void, parent?: Doing, isWait = false) {
    this.#changed = changed
    this.#parent = parent
    this.#isWait = isWait
  }

  /** Begins something in this. */
  begin(kind: 'work' | 'wait'): Doing {
    const child = new Doing(this.#changed, this, kind === 'wait')
    this.#children.add(child)
    this.#changed()
    return child
  }

  end(): void {
    if (this.#parent) this.#parent.#children.delete(this)
    this.#changed()
  }

  get isWaiting(): boolean {
    if (this.#isWait) return true
    if (this.#children.size === 0) return false
    for (const child of this.#children) if (!child.isWaiting) return false
    return true
  }
}
