import type { Commit, CommitType, EventOf, NewCommit } from '@longwire/protocol'
import { EVENTS } from '@longwire/protocol/schemas'
import type { CommitBody } from '../boundary/messages.ts'

/** The log of a session in a test. Each commit is held to the schema of its event. */
export class TestLog {
  readonly commits: Commit[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  get head(): number {
    return this.commits.length
  }

  append(bodies: readonly CommitBody[]): void {
    for (const { json } of bodies) this.#push(JSON.parse(json))
  }

  /** Appends what the session itself says. */
  say(...commits: readonly SessionCommit[]): void {
    for (const commit of commits) this.#push({ at: this.#now(), ...commit })
  }

  of<T extends CommitType>(type: T): readonly EventOf<T>[] {
    return this.commits.filter((commit): commit is EventOf<T> => commit.type === type)
  }

  /** What the log holds of a turn, and of one of its tasks. */
  recordedOf(turn: string): readonly Commit[] {
    return this.commits.filter((commit) => commit.turn === turn)
  }

  #push(commit: NewCommit): void {
    this.commits.push(EVENTS[commit.type].parse({ seq: this.head + 1, ...commit }) as Commit)
  }
}

/** A commit without what the log adds to it. */
export type SessionCommit = { [T in CommitType]: Omit<EventOf<T>, 'seq' | 'at'> }[CommitType]
