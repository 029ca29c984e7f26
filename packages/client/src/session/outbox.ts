import type { CommandOf, ErrorFrame, FrameOf, Ok, SessionCommand } from '@longwire/protocol'
import { errorOf, type LongwireError, localError } from '../longwire-error.ts'
import type { Clock } from '../outside.ts'

/** Commands of one session that may wait for their answer. Over it: `outbox_full`. */
const MOST_WAITING = 256

/** An input that the server has not accepted yet. */
export type Unsent = Pick<CommandOf<'input'>, 'id' | 'text' | 'parts' | 'context' | 'delivery'> & {
  /** When it was given to the client. */
  readonly at: number
  /** It is not sent after this time. */
  readonly expiresAt?: number
  /** `sent`: on the line, or it may have arrived before the line was lost. */
  readonly state: 'waiting' | 'sent'
}

export interface PostOptions {
  readonly at?: number | undefined
  readonly expiresAt?: number | undefined
  /** It may have been sent by another page. */
  readonly wasSent?: boolean
}

interface Waiting {
  readonly command: SessionCommand
  readonly at: number
  readonly expiresAt: number | undefined
  /** On the line that is there now. */
  isOnLine: boolean
  /** On that one or one before: it may have happened, so only its answer ends it. */
  wasSent: boolean
  stopExpiry: () => void
  readonly resolve: (answer: Ok) => void
  readonly reject: (error: LongwireError) => void
}

/**
 * Commands on their way, in order. One that was sent and not answered when the line was lost is sent again under the
 * same id, which makes it happen once.
 */
export class Outbox {
  readonly #waiting = new Map<string, Waiting>()
  readonly #clock: Clock
  readonly #changed: () => void

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Inputs that have no answer, in order. */
  get inputs(): readonly Unsent[] {
    return [...this.#waiting.values()]
      .filter(({ command }) => command.type === 'input')
      .map(({ command, at, expiresAt, wasSent }) => {
        return {
          ...(command as CommandOf<'input'>),
          at,
          ...(expiresAt && { expiresAt }),
          state: wasSent ? 'sent' : 'waiting',
        }
      })
  }

  /** Resolves with the server's answer. It leaves with the next `flush`. */
  post(command: SessionCommand, { at, expiresAt, wasSent = false }: PostOptions = {}): Promise<Ok> {
    if (this.#waiting.size >= MOST_WAITING) return Promise.reject(localError('outbox_full'))
    return new Promise((resolve, reject) => {
      const now = this.#clock.now()
      const waiting = { command, at: at ?? now, expiresAt, isOnLine: false, wasSent, resolve, reject }
      const stopExpiry =
        expiresAt === undefined
          ? () => {}
          : this.#clock.after(Math.max(0, expiresAt - now), () => this.#expire(command.id))
      this.#waiting.set(command.id, { ...waiting, stopExpiry })
      this.#changed()
    })
  }

  flush(send: (command: SessionCommand) => void): void {
    const leaving = [...this.#waiting.values()].filter(({ isOnLine }) => !isOnLine)
    for (const waiting of leaving) {
      waiting.isOnLine = waiting.wasSent = true
      send(waiting.command)
    }
    if (leaving.length > 0) this.#changed()
  }

  /** What was sent may never have arrived. */
  lineLost(): void {
    for (const waiting of this.#waiting.values()) waiting.isOnLine = false
  }

  /** Whether the frame answered one of these commands. */
  settle(frame: Ok | ErrorFrame | FrameOf<'attached'>): boolean {
    const waiting = frame.id === undefined ? undefined : this.#take(frame.id)
    if (!waiting) return false
    if (frame.type === 'error') waiting.reject(errorOf(frame))
    else waiting.resolve(frame as Ok)
    return true
  }

  fail(error: LongwireError): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)!.reject(error)
  }

  #expire(id: string): void {
    if (!this.#waiting.get(id)?.wasSent) this.#take(id)?.reject(localError('expired'))
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (!waiting) return undefined
    waiting.stopExpiry()
    this.#waiting.delete(id)
    this.#changed()
    return waiting
  }
}
