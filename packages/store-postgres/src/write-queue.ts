import { Buffer } from 'node:buffer'
import type { Append, NewSession } from '@longwire/store'

export interface AppendWork {
  readonly kind: 'append'
  readonly key: string
  readonly append: Append
  /** Names this append for ever: what has it in the log is this one. */
  readonly appendId: string
}

export interface CreateWork {
  readonly kind: 'create'
  readonly key: string
  readonly session: NewSession
  readonly commits: readonly string[]
  /** The part of the log's identity that no other session has. */
  readonly log: string
  readonly appendId: string
}

export interface EraseWork {
  readonly kind: 'erase'
  readonly key: string
}

export type Work = AppendWork | CreateWork | EraseWork

/** Something to write, and who waits for it. */
export interface Waiting {
  readonly work: Work
  readonly digest: string
  readonly bytes: number
  /** From then on nobody waits any more, on the clock of `performance`. */
  readonly deadline: number
  readonly resolve: (head: number) => void
  readonly reject: (error: Error) => void
  /** It was sent, and what became of it is not known: it may be in the log. */
  isUnsure: boolean
  /** It goes in a statement of its own, because one that it was in was refused. */
  isAlone: boolean
}

/** What goes into one statement. A single append may be larger. */
const MOST: Readonly<Record<Work['kind'], number>> = { append: 2_000, create: 250, erase: 250 }
const MOST_BYTES = 8 * 1024 * 1024

/**
 * What waits to be written, in order. Of a session only one thing is under way at a time, and what waits behind it does
 * not keep other sessions waiting.
 */
export class WriteQueue {
  #waiting: Waiting[] = []
  readonly #underWay = new Set<string>()

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#underWay.size === 0
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting)
  }

  /** What the next statement is for: of one kind, each of another session. Empty where all that waits is held up. */
  take(): readonly Waiting[] {
    const taken: Waiting[] = []
    const left: Waiting[] = []
    const heldUp = new Set(this.#underWay)
    let bytes = 0
    for (const waiting of this.#waiting) {
      if (!heldUp.has(waiting.digest) && fits(waiting, taken, bytes)) {
        taken.push(waiting)
        bytes += waiting.bytes
      } else left.push(waiting)
      heldUp.add(waiting.digest)
    }
    this.#waiting = left
    for (const { digest } of taken) this.#underWay.add(digest)
    return taken
  }

  /** What was taken is settled. */
  finish(taken: readonly Waiting[]): void {
    for (const { digest } of taken) this.#underWay.delete(digest)
  }

  /** What was taken is to be tried again, before all that came later. */
  giveBack(taken: readonly Waiting[]): void {
    this.finish(taken)
    this.#waiting = [...taken, ...this.#waiting]
  }

  /** Takes out those that waited too long. */
  expire(now: number): readonly Waiting[] {
    if (!this.#waiting.some(({ deadline }) => deadline <= now)) return []
    const expired = this.#waiting.filter(({ deadline }) => deadline <= now)
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline > now)
    return expired
  }
}

function fits(next: Waiting, taken: readonly Waiting[], bytes: number): boolean {
  const [first] = taken
  if (!first) return true
  if (first.isAlone || next.isAlone || first.work.kind !== next.work.kind) return false
  return taken.length < MOST[next.work.kind] && bytes + next.bytes <= MOST_BYTES
}

export function bytesOf(commits: readonly string[]): number {
  let bytes = 0
  for (const commit of commits) bytes += Buffer.byteLength(commit) + 1
  return bytes
}
