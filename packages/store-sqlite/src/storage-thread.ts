import { Worker } from 'node:worker_threads'
import { StoreUnavailable } from '@longwire/store'
import type { Doubt } from './generation.ts'
import type { FromStorage, StorageRole, ToStorage } from './storage-messages.ts'

/** What goes to the thread in one message; what is more waits for the next. A single request may be larger. */
const BATCH_REQUESTS = 1_000
const BATCH_CHARACTERS = 8 * 1024 * 1024

// The sibling as it runs: the source where this file is source, the built file where it is built.
const ENTRY = new URL(`./storage-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

interface Asked<Request, Reply> {
  readonly request: Request
  readonly characters: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: StoreUnavailable) => void
}

export interface Opened {
  readonly generation: string
  readonly renewed: Doubt | undefined
}

/**
 * The caller's end of one storage thread. What is asked in one tick leaves in one message; while a batch is on its way
 * the next one gathers. Replies come in the order of the requests.
 */
export class StorageThread<Request, Reply> {
  readonly #worker: Worker
  #waiting: Asked<Request, Reply>[] = []
  #flying: Asked<Request, Reply>[] = []
  #answered = 0
  #isScheduled = false
  #closing: PromiseWithResolvers<void> | undefined
  #ended: StoreUnavailable | undefined

  readonly #opening = Promise.withResolvers<Opened>()

  constructor(role: StorageRole) {
    this.#worker = new Worker(ENTRY, { workerData: role, name: `longwire storage ${role.role}` })
    this.#worker.on('message', (message: FromStorage<Reply>) => this.#hear(message))
    this.#worker.on('error', (cause) => this.#end(failed(cause)))
    this.#worker.on('exit', () => this.#end(failed(undefined)))
    // A thread may be closed before it was told to open: then nobody waits for this.
    this.#opening.promise.catch(() => {})
  }

  /** Resolves once the thread has the file open. Rejects with `StoreUnavailable` when it cannot. */
  open(): Promise<Opened> {
    this.#post('open')
    return this.#opening.promise
  }

  /** `characters` says how large the request is, for the bound of a batch. */
  ask(request: Request, characters: number): Promise<Reply> {
    if (this.#ended) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, characters, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when what was asked is answered, and the thread is gone. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.promise
    this.#closing = Promise.withResolvers()
    if (this.#ended) this.#closing.resolve()
    else this.#schedule()
    return this.#closing.promise
  }

  #schedule(): void {
    if (this.#isScheduled || this.#flying.length > 0) return
    this.#isScheduled = true
    // After the callbacks of this turn of the event loop, which are what a tick is to them.
    setImmediate(() => {
      this.#isScheduled = false
      this.#send()
    })
  }

  #send(): void {
    if (this.#ended) return
    this.#answered = 0
    this.#flying = this.#takeBatch()
    if (this.#flying.length > 0) this.#post(this.#flying.map((asked) => asked.request))
    else if (this.#closing) this.#post('close')
  }

  #takeBatch(): Asked<Request, Reply>[] {
    let characters = 0
    let count = 0
    for (const asked of this.#waiting) {
      characters += asked.characters
      if (count === BATCH_REQUESTS || (count > 0 && characters > BATCH_CHARACTERS)) break
      count += 1
    }
    if (count < this.#waiting.length) return this.#waiting.splice(0, count)
    const batch = this.#waiting
    this.#waiting = []
    return batch
  }

  #post(message: ToStorage<Request>): void {
    this.#worker.postMessage(message)
  }

  #hear(message: FromStorage<Reply>): void {
    switch (message.type) {
      case 'opened':
        this.#opening.resolve(message)
        break
      case 'refused':
        this.#opening.reject(new StoreUnavailable(message.fault.fault, message.fault.message))
        break
      case 'replies':
        this.#settle(message.replies)
        break
    }
  }

  #settle(replies: readonly Reply[]): void {
    for (const reply of replies) {
      this.#flying[this.#answered]!.resolve(reply)
      this.#answered += 1
    }
    if (this.#answered < this.#flying.length) return
    this.#flying = []
    if (this.#waiting.length > 0 || this.#closing) this.#schedule()
  }

  #end(why: StoreUnavailable): void {
    if (this.#ended) return
    this.#ended = why
    this.#opening.reject(why)
    for (const asked of [...this.#flying.slice(this.#answered), ...this.#waiting]) asked.reject(why)
    this.#flying = []
    this.#waiting = []
    this.#closing?.resolve()
  }
}

function failed(cause: unknown): StoreUnavailable {
  return new StoreUnavailable('failed', 'the storage thread ended: start again', { cause })
}
