import { StoreUnavailable } from '@longwire/store'
import { pauseAfter, unavailable } from './engine.ts'
import { type Trouble, troubleOf } from './trouble.ts'
import { type Waiting, WriteQueue } from './write-queue.ts'

/** What became of each of the works of a statement, in their order: the new head, or why not. */
export type Outcomes = readonly (number | Error)[]

export interface WriteLanesOptions {
  readonly lanes: number
  /** Writes works of one kind in one statement. Throws where that statement was not answered. */
  readonly write: (taken: readonly Waiting[]) => Promise<Outcomes>
}

const LOOK_MS = 100

/**
 * Writes what waits, with a statement under way on each lane; meanwhile what comes gathers for the next. A statement that
 * was not answered is sent again as it was: what it had done already is found by its ids.
 */
export class WriteLanes {
  readonly #queue = new WriteQueue()
  readonly #write: WriteLanesOptions['write']
  #free: number
  #isScheduled = false
  #failures = 0
  #lastTrouble: Trouble | undefined
  #lastError: unknown
  #look: NodeJS.Timeout | undefined
  #idle: PromiseWithResolvers<void> | undefined

  constructor({ lanes, write }: WriteLanesOptions) {
    this.#free = lanes
    this.#write = write
  }

  add(waiting: Waiting): void {
    this.#queue.add(waiting)
    this.#schedule()
  }

  /** Resolves when everything that was added is settled. */
  async settled(): Promise<void> {
    if (this.#queue.isEmpty) return
    this.#idle ??= Promise.withResolvers()
    await this.#idle.promise
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    // After the callbacks of this turn of the event loop, which are what a tick is to them.
    setImmediate(() => {
      this.#isScheduled = false
      this.#fill()
    })
  }

  #fill(): void {
    while (this.#free > 0 && this.#queue.hasWaiting) {
      const taken = this.#queue.take()
      if (taken.length === 0) break
      this.#free -= 1
      void this.#run(taken)
    }
    if (this.#queue.isEmpty) this.#idle?.resolve()
    else if (this.#queue.hasWaiting) this.#look ??= setTimeout(() => this.#expire(), LOOK_MS)
  }

  /** What waits behind others waits no longer than it may. */
  #expire(): void {
    this.#look = undefined
    for (const waiting of this.#queue.expire(performance.now())) this.#giveUp(waiting)
    this.#fill()
  }

  async #run(taken: readonly Waiting[]): Promise<void> {
    let pause = 0
    try {
      const outcomes = await this.#write(taken)
      this.#failures = 0
      this.#lastTrouble = undefined
      this.#lastError = undefined
      this.#queue.finish(taken)
      for (const [index, waiting] of taken.entries()) settle(waiting, outcomes[index]!)
    } catch (error) {
      pause = this.#failed(taken, error)
    }
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
    this.#free += 1
    this.#fill()
  }

  /** Answers how long to wait before the next try. */
  #failed(taken: readonly Waiting[], error: unknown): number {
    const trouble = troubleOf(error)
    this.#lastTrouble = trouble
    this.#lastError = error
    if (trouble.kind === 'refused') {
      this.#refused(taken, trouble, error)
      return 0
    }
    this.#failures += 1
    const now = performance.now()
    for (const waiting of taken) waiting.isUnsure ||= trouble.wasSent
    const late = taken.filter(({ deadline }) => deadline <= now)
    this.#queue.finish(late)
    this.#queue.giveBack(taken.filter(({ deadline }) => deadline > now))
    for (const waiting of late) this.#giveUp(waiting)
    return pauseAfter(this.#failures)
  }

  #refused(taken: readonly Waiting[], trouble: Trouble, error: unknown): void {
    const [only, ...others] = taken
    if (only && others.length === 0) {
      this.#queue.finish(taken)
      only.reject(only.isUnsure ? unknownOutcome(only, trouble, error) : unavailable(trouble, error))
      return
    }
    // One of them may be what cannot be written: the others should not suffer for it.
    for (const waiting of taken) waiting.isAlone = true
    this.#queue.giveBack(taken)
  }

  #giveUp(waiting: Waiting): void {
    const trouble = this.#lastTrouble ?? {
      kind: 'lost',
      wasSent: false,
      isCut: false,
      says: 'the database is too slow',
    }
    if (waiting.isUnsure) waiting.reject(unknownOutcome(waiting, trouble, this.#lastError))
    else waiting.reject(unavailable(trouble, this.#lastError))
  }
}

function settle(waiting: Waiting, outcome: number | Error): void {
  if (typeof outcome === 'number') waiting.resolve(outcome)
  else waiting.reject(outcome)
}

function unknownOutcome({ work }: Waiting, trouble: Trouble, cause: unknown): StoreUnavailable {
  const what = `whether the ${work.kind} for ${work.key} is in the log is not known`
  return new StoreUnavailable('unknown', `${what}: ${trouble.says}. Load the session before it is written again`, {
    cause,
  })
}
