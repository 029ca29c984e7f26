import { isAfter, ORIGIN, type Place, parsePlace, placeOf, printPlace, type SessionEvent } from '@longwire/protocol'
import { localError } from '../../longwire-error.ts'
import type { ClientStorage } from '../../storage.ts'
import { isDraft } from './draft-fate.ts'
import type { FollowListener } from './log-follower.ts'

export interface EffectOptions {
  /** Another for each effect of a session: the place up to which it was done is kept under it. */
  readonly name?: string
  /**
   * What the effect threw, or why its place could not be kept. The effect counts as done, and goes on with the next commit.
   * Reported as an uncaught error where this is left out.
   */
  readonly onError?: (error: unknown, event: SessionEvent) => void
}

/** Where an effect stands, kept over the life of a page. */
export class KeptPlace {
  readonly #storage: ClientStorage
  readonly #key: string

  constructor(storage: ClientStorage, key: string) {
    this.#storage = storage
    this.#key = key
  }

  async read(): Promise<{ readonly place: Place; readonly log: string } | undefined> {
    const [text = '', log = ''] = (await this.#storage.getItem(this.#key))?.split(' ') ?? []
    const place = parsePlace(text)
    return place && { place, log }
  }

  async write(place: Place, log: string): Promise<void> {
    await this.#storage.setItem(this.#key, `${printPlace(place)} ${log}`)
  }

  /** While this is done, no other page does the same. */
  alone(work: () => Promise<void>): Promise<unknown> {
    const { locks } = (globalThis.navigator ?? {}) as {
      locks?: { request(name: string, work: () => unknown): Promise<unknown> }
    }
    return locks ? locks.request(this.#key, work) : work()
  }
}

/** Where the session stands in which an effect is done. */
export interface EffectStand {
  here(): Place
  log(): string
  /** Where the effect's place outlives the page, if it does. */
  kept(): KeptPlace | undefined
}

/** One effect: done for each commit of its type, one after the other, and its place kept after each. */
export class CommitEffect implements FollowListener {
  readonly #type: string
  readonly #effect: (event: SessionEvent) => unknown
  readonly #onError: NonNullable<EffectOptions['onError']>
  readonly #stands: EffectStand
  #from = ORIGIN
  #queue: Promise<unknown> = Promise.resolve()
  #isStopped = false

  constructor(
    type: string,
    effect: (event: SessionEvent) => unknown,
    { onError = report }: EffectOptions,
    stands: EffectStand,
  ) {
    this.#type = type
    this.#effect = effect
    this.#onError = onError
    this.#stands = stands
  }

  told(event: SessionEvent): void {
    if (event.type !== this.#type || isDraft(event) || !isAfter(placeOf(event), this.#from)) return
    const kept = this.#stands.kept()
    const work = kept ? () => kept.alone(() => this.#doOnce(kept, event)) : () => this.#do(event)
    this.#queue = this.#queue.then(work).catch((error) => this.#onError(localError('storage_failed', '', error), event))
  }

  /** What of the history holds is told again, and was done before: the effect goes on from here. */
  reset(): void {
    this.#from = this.#stands.here()
  }

  caughtUp(): void {}

  failed(): void {
    this.#isStopped = true
  }

  stop(): void {
    this.#isStopped = true
  }

  async #doOnce(kept: KeptPlace, event: SessionEvent): Promise<void> {
    const stands = await kept.read()
    const isDone = stands?.log === this.#stands.log() && !isAfter(placeOf(event), stands.place)
    if (isDone || this.#isStopped) return
    await this.#do(event)
    await kept.write(placeOf(event), this.#stands.log())
  }

  async #do(event: SessionEvent): Promise<void> {
    if (this.#isStopped) return
    try {
      await this.#effect(event)
    } catch (error) {
      this.#onError(error, event)
    }
  }
}

function report(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void }
  if (reportError) reportError(error)
  else console.error(error)
}
