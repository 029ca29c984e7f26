import { type ChildProcess, fork } from 'node:child_process'
import type { Answer, Question } from './answering.ts'

/** A process of its own that answers questions. Ends with this one. */
export class Child {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  readonly #gone: Promise<void>
  #last = 0

  private constructor(process: ChildProcess, name: string) {
    this.#process = process
    process.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.n)
      this.#waiting.delete(answer.n)
      if (answer.fault === undefined) waiting?.resolve(answer.value)
      else waiting?.reject(new Error(`${name}: ${answer.fault}`))
    })
    this.#gone = new Promise((resolve) => process.once('exit', () => resolve()))
    void this.#gone.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${name} ended before it answered`))
    })
  }

  /** Starts the module at `entry`, and resolves when it is ready to be asked. */
  static async start(entry: URL, args: readonly string[] = []): Promise<Child> {
    const execArgv = ['--conditions=longwire-source', ...profiling(entry)]
    const process = fork(entry, args, { execArgv, serialization: 'advanced' })
    const child = new Child(process, entry.pathname.split('/').at(-1)!)
    await child.ask('ready')
    return child
  }

  // biome-ignore lint/suspicious/noExplicitAny: the asker knows what the question is answered with
  ask<T = any>(question: string, value?: unknown): Promise<T> {
    const n = ++this.#last
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(n, { resolve: resolve as (value: unknown) => void, reject })
      this.#process.send({ n, question, value } satisfies Question)
    })
  }

  /** Asks the process to end in order. */
  async stop(): Promise<void> {
    await this.ask('stop')
    this.#process.disconnect()
    await this.#gone
  }

  /** Ends it as `kill -9` does. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#gone
  }
}

/** `BENCH_PROFILE=longwire.ts` writes a CPU profile of that process, and of its threads, into the current folder. */
function profiling(entry: URL): readonly string[] {
  const wanted = process.env.BENCH_PROFILE
  return wanted && entry.pathname.endsWith(wanted) ? ['--cpu-prof'] : []
}
