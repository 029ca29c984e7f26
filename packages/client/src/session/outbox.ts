import type { ErrorFrame, FrameOf, Ok, SessionCommand } from '@longwire/protocol'
import { errorOf, type LongwireError, localError } from '../longwire-error.ts'

/** Commands of one session that may wait for their answer. Over it: `outbox_full`. */
const MOST_WAITING = 256

interface Waiting {
  readonly command: SessionCommand
  sent: boolean
  readonly resolve: (answer: Ok) => void
  readonly reject: (error: LongwireError) => void
}

/**
 * Commands on their way, in order. One that was sent and not answered when the line was lost is sent again under the
 * same id, which makes it happen once.
 */
export class Outbox {
  readonly #waiting = new Map<string, Waiting>()

  /** Resolves with the server's answer. It leaves with the next `flush`. */
  post(command: SessionCommand): Promise<Ok> {
    if (this.#waiting.size >= MOST_WAITING) return Promise.reject(localError('outbox_full'))
    return new Promise((resolve, reject) => {
      this.#waiting.set(command.id, { command, sent: false, resolve, reject })
    })
  }

  flush(send: (command: SessionCommand) => void): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.sent) continue
      waiting.sent = true
      send(waiting.command)
    }
  }

  /** What was sent may never have arrived. */
  lineLost(): void {
    for (const waiting of this.#waiting.values()) waiting.sent = false
  }

  /** Whether the frame answered one of these commands. */
  settle(frame: Ok | ErrorFrame | FrameOf<'attached'>): boolean {
    const waiting = frame.id === undefined ? undefined : this.#waiting.get(frame.id)
    if (!waiting) return false
    this.#waiting.delete(waiting.command.id)
    if (frame.type === 'error') waiting.reject(errorOf(frame))
    else waiting.resolve(frame as Ok)
    return true
  }

  fail(error: LongwireError): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
