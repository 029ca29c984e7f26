import type { Limits } from '@longwire/protocol'
import { overLimit } from '../limits/over-limit.ts'
import type { Refusal } from '../refusal.ts'
import { TokenBucket } from './token-bucket.ts'

const BURST_SECONDS = 2
const FIRST_REST_MS = 50
/** Short beside every bound of time that a peer has to answer in. */
const LONGEST_REST_MS = 500
/** A peer that keeps to its rate for so long after a rest begins anew. */
const FORGET_AFTER_MS = 1_000

/**
 * How fast one connection may speak, and for how long it is not listened to where it spoke faster. A frame over the rate is
 * refused; what is not read at all costs nothing, and waits at the end of whoever sends it. So each rest of a peer that goes
 * on all the same is twice as long as the one before.
 */
export class Pace {
  readonly #limits: Limits
  readonly #frames: TokenBucket
  readonly #bytes: TokenBucket
  #restMs = 0
  #restUntil = 0
  #overRate = 0

  constructor(limits: Limits, now: number) {
    this.#limits = limits
    this.#frames = new TokenBucket(limits.framesPerSecond, limits.framesBurst, now)
    this.#bytes = new TokenBucket(limits.bytesPerSecond, BURST_SECONDS * limits.bytesPerSecond, now)
  }

  /** Takes a frame of so many bytes, or answers which rate of the connection it is over. */
  take(bytes: number, now: number): Refusal | undefined {
    const { framesPerSecond, bytesPerSecond } = this.#limits
    const frame = this.#frames.take(now)
    if (!frame.ok) return overLimit('framesPerSecond', `more than ${framesPerSecond} frames a second`, frame.afterMs)
    const weight = this.#bytes.take(now, bytes)
    if (!weight.ok) return overLimit('bytesPerSecond', `more than ${bytesPerSecond} bytes a second`, weight.afterMs)
    return undefined
  }

  /** A frame was over a rate, of the connection's or another, under which there is room again after `afterMs`. */
  wasOver(now: number, afterMs: number): void {
    const isNew = now >= this.#restUntil
    if (isNew && now - this.#restUntil >= FORGET_AFTER_MS) {
      this.#restMs = 0
      this.#overRate = 0
    }
    this.#overRate += 1
    if (!isNew) return
    const next = Math.max(FIRST_REST_MS, 2 * this.#restMs, afterMs)
    this.#restMs = Math.min(LONGEST_REST_MS, next)
    this.#restUntil = now + this.#restMs
  }

  /** For how long from now the peer should not be listened to. */
  restMs(now: number): number {
    return Math.max(0, this.#restUntil - now)
  }

  /** Whether the peer was over its rates so often, one rest after another, that it is shown out. */
  get isHopeless(): boolean {
    return this.#overRate > this.#limits.overRateFrames
  }
}
