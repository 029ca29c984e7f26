import type { KeptTask } from '../turn/background.ts'

/** Tasks that began and that no session has started yet, at most. One that is let go of is found by its turn's code. */
const KEPT = 1_000

/** What background tasks are to do, from where the turn begins them until their session starts each as a run. */
export class KeptTasks {
  readonly #kept = new Map<string, KeptTask>()

  keep(session: string, task: string, kept: KeptTask): void {
    this.#kept.set(`${session} ${task}`, kept)
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!)
  }

  take(session: string, task: string): KeptTask | undefined {
    const key = `${session} ${task}`
    const kept = this.#kept.get(key)
    this.#kept.delete(key)
    return kept
  }
}
