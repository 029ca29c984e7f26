type Task = () => void | Promise<void>

/**
 * Does one thing of a session after another. A task that does not wait is done at once when nothing is under way, so a
 * draft costs no turn of the event loop; what comes while a commit is being stored waits behind it.
 */
export class Mailbox {
  readonly #onFault: (error: unknown) => void
  readonly #queue: Task[] = []
  #busy = false

  /** `onFault` hears of a task that threw: the ones after it are done all the same. */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  get isIdle(): boolean {
    return !this.#busy
  }

  /** Does `task` in its turn. Where somebody waits for what becomes of it, use `ask`. */
  post(task: Task): void {
    if (this.#busy) {
      this.#queue.push(task)
      return
    }
    this.#busy = true
    this.#run(task)
  }

  /** Does `task` in its turn and answers what it answered. */
  ask<T>(task: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.post(async () => {
        try {
          resolve(await task())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  #run(first: Task): void {
    let task: Task | undefined = first
    while (task) {
      const waiting = this.#do(task)
      if (waiting) {
        void waiting.catch(this.#onFault).then(() => this.#next())
        return
      }
      task = this.#queue.shift()
    }
    this.#busy = false
  }

  #do(task: Task): void | Promise<void> {
    try {
      return task()
    } catch (error) {
      this.#onFault(error)
    }
  }

  #next(): void {
    const task = this.#queue.shift()
    if (task) this.#run(task)
    else this.#busy = false
  }
}
