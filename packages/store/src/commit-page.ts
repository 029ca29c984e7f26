import type { ReadBound, StoredCommit } from './session-store.ts'

/** Gathers commits until a bound of the read is reached. */
export class CommitPage {
  readonly commits: StoredCommit[] = []
  readonly #bound: ReadBound
  #bytes = 0

  constructor(bound: ReadBound) {
    this.#bound = bound
  }

  /** False when this commit does not fit any more: the page is done. */
  add(seq: number, json: string): boolean {
    if (this.commits.length >= this.#bound.limit) return false
    this.#bytes += Buffer.byteLength(json)
    if (this.#bytes > this.#bound.bytes && this.commits.length > 0) return false
    this.commits.push({ seq, json })
    return true
  }
}
