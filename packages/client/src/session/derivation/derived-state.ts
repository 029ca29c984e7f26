import type { Draft, SessionEvent } from '@longwire/protocol'
import type { Derived } from '../derived.ts'
import { draftFate, isDraft, withDraft } from './draft-fate.ts'
import type { FollowListener } from './log-follower.ts'

export type Reducer<S> = (state: S, event: SessionEvent) => S

/** Commits are reduced once and stay; drafts are reduced on top, and again from the commits whenever one of them ends. */
export class DerivedState<S> implements FollowListener {
  readonly #derived: Derived<S>
  readonly #initial: S
  readonly #reducer: Reducer<S>
  readonly #onCaughtUp: () => void
  readonly #onFailed: (error: unknown) => void
  #drafts: readonly Draft[] = []
  #isCaughtUp = false
  #isOver = false

  constructor(derived: Derived<S>, reducer: Reducer<S>, caughtUp: () => void, failed: (error: unknown) => void) {
    this.#derived = derived
    this.#initial = derived.committed
    this.#reducer = reducer
    this.#onCaughtUp = caughtUp
    this.#onFailed = failed
  }

  told(event: SessionEvent): void {
    if (this.#isOver) return
    const before = this.#derived.value
    try {
      if (isDraft(event)) this.#drafted(event)
      else this.#committed(event)
    } catch (error) {
      this.failed(error)
    }
    // While it catches up it is what it was at no time that anybody saw.
    if (!this.#isOver && this.#derived.value !== before && this.#isCaughtUp) this.#derived.tell()
  }

  reset(): void {
    this.#derived.value = this.#derived.committed = this.#initial
    this.#drafts = []
    this.#isCaughtUp = false
  }

  caughtUp(): void {
    this.#isCaughtUp = true
    this.#onCaughtUp()
    this.#derived.tell()
  }

  failed(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#derived.error = error
    this.#onFailed(error)
    this.#derived.tell()
  }

  #drafted(draft: Draft): void {
    this.#derived.value = this.#reducer(this.#derived.value, draft)
    this.#drafts = withDraft(this.#drafts, draft)
  }

  #committed(commit: SessionEvent): void {
    const derived = this.#derived
    derived.committed = this.#reducer(derived.committed, commit)
    this.#drafts = this.#drafts.filter((draft) => draftFate(draft, commit) === undefined)
    derived.value = this.#drafts.reduce(this.#reducer, derived.committed)
  }
}
