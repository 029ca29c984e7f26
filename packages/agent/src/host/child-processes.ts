/** How long a process may take to end by itself. */
const GRACE_MS = 2_000

/** The processes that a worker thread started. A thread that ends leaves them behind, so they are ended for it. */
export class ChildProcesses {
  readonly #alive = new Set<number>()

  note({ pid, isAlive }: { readonly pid: number; readonly isAlive: boolean }): void {
    if (isAlive) this.#alive.add(pid)
    else this.#alive.delete(pid)
  }

  /** Asks each of them to end, and a moment later makes it. */
  end(): void {
    if (this.#alive.size === 0) return
    this.#signal('SIGTERM')
    setTimeout(() => this.#signal('SIGKILL'), GRACE_MS).unref()
  }

  #signal(signal: NodeJS.Signals): void {
    for (const pid of this.#alive) {
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended meanwhile.
        this.#alive.delete(pid)
      }
    }
  }
}
