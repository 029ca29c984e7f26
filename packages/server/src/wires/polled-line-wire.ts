import type { ErrorCode } from '@longwire/protocol'
import { type LineClose, type LineWire, lineClose } from './line-wire.ts'

/** What one poll of a line brings. */
export interface PolledFrames {
  /** Each is JSON already. */
  readonly frames: readonly string[]
  readonly close?: LineClose | undefined
}

/** Frames of a line that wait for the next poll. Over their bound, readers are asked to wait for it too. */
export class PolledLineWire implements LineWire {
  readonly name = 'poll'
  readonly gone: Promise<void>
  readonly #bufferBytes: number
  #pending: string[] = []
  #close: LineClose | undefined
  #something = Promise.withResolvers<void>()
  #waiting: (() => void)[] = []
  #end: () => void
  #answered: PolledFrames & { readonly number: number } = { number: 0, frames: [] }
  buffered = 0
  /** How many polls are waiting for something. */
  polls = 0

  constructor(bufferBytes: number) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#bufferBytes = bufferBytes
    this.gone = promise
    this.#end = resolve
  }

  send(frame: string): boolean {
    this.#pending.push(frame)
    this.buffered += frame.length
    this.#something.resolve()
    return this.buffered < this.#bufferBytes
  }

  drained(): Promise<void> {
    return this.buffered === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(why: ErrorCode | 'done', reason?: string): void {
    this.#close ??= lineClose(why, reason)
    this.#something.resolve()
    // Nobody is there to hear of it: the next poll is answered as for a line that never was.
    if (this.polls === 0) this.cut()
  }

  cut(): void {
    this.#release()
    this.#something.resolve()
    this.#end()
  }

  /**
   * The `number`-th poll, from 1: all that is there, or after at most `waitMs` what came meanwhile; what comes in the same
   * tick comes with it. A number that was answered before gets the same answer, for it may have been lost on its way.
   * Undefined where it is neither that one nor the next.
   */
  async poll(number: number, waitMs: number, gone: AbortSignal): Promise<PolledFrames | undefined> {
    if (number === this.#answered.number + 1) {
      this.polls += 1
      if (this.#pending.length === 0 && !this.#close && !gone.aborted) await this.#first(waitMs, gone)
      this.polls -= 1
      if (number !== this.#answered.number && !gone.aborted) this.#answer(number)
    }
    return number === this.#answered.number ? this.#answered : undefined
  }

  #answer(number: number): void {
    this.#answered = { number, frames: this.#pending, close: this.#close }
    this.#pending = []
    this.buffered = 0
    this.#something = Promise.withResolvers()
    this.#release()
    if (this.#close) this.#end()
  }

  async #first(waitMs: number, gone: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    gone.addEventListener('abort', () => resolve(), { once: true })
    const timer = setTimeout(resolve, waitMs)
    await Promise.race([this.#something.promise, promise])
    clearTimeout(timer)
    await new Promise((next) => setImmediate(next))
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
