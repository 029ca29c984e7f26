import type { SessionStore } from '@longwire/store'
import { keptFoldJson } from './kept-fold.ts'
import type { Session } from './session.ts'

const CHECKPOINT_EVERY = 200

/** Keeps folds beside the log, where enough has happened since the last one. */
export class FoldKeeper {
  readonly #store: SessionStore
  readonly #seqs = new Map<string, number>()

  constructor(store: SessionStore) {
    this.#store = store
  }

  /** There is one of this session, up to `seq`. */
  know(key: string, seq: number): void {
    this.#seqs.set(key, seq)
  }

  forget(key: string): void {
    this.#seqs.delete(key)
  }

  async keep(session: Session): Promise<void> {
    const { key, head } = session
    if (head - (this.#seqs.get(key) ?? 0) < CHECKPOINT_EVERY) return
    const view = await session.views.committed()
    if (Number(view.at) !== session.head) return
    const json = keptFoldJson({ state: session.state, view })
    await this.#store.saveCheckpoint(key, { seq: session.head, json })
    this.#seqs.set(key, session.head)
  }
}
