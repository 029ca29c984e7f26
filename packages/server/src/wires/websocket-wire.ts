import type { Duplex } from 'node:stream'
import { ERRORS, type ErrorCode } from '@longwire/protocol'
import type { WebSocket } from 'ws'
import type { Wire } from './wire.ts'
import { writeFrames } from './write-frames.ts'

const NORMAL = 1000
/** What has been gathered leaves at once when it is this long, so that a long tick does not hold it back. */
const WRITE_CHARACTERS = 32_768

/**
 * A WebSocket as a wire. Frames are gathered until the event loop has done what it woke for, and leave in one write: when
 * there is much to do a write carries much, and a system call costs more than the rest of an event's way.
 */
export class WebSocketWire implements Wire {
  readonly #socket: WebSocket
  readonly #stream: Duplex
  readonly #bufferBytes: number
  #pending: string[] = []
  #pendingCharacters = 0
  #waiting: (() => void)[] = []

  readonly #mostFrameBytes: number | undefined

  readonly #holdMs: () => number

  /**
   * A frame is as long as what it carries, unless `mostFrameBytes` is given: then what is longer goes out in several.
   * `holdMs` says how long what is sent is held back, as a slow line would.
   */
  constructor(
    socket: WebSocket,
    stream: Duplex,
    bufferBytes: number,
    mostFrameBytes?: number,
    holdMs: () => number = () => 0,
  ) {
    this.#socket = socket
    this.#stream = stream
    this.#bufferBytes = bufferBytes
    this.#mostFrameBytes = mostFrameBytes
    this.#holdMs = holdMs
    stream.on('drain', () => this.#release())
    socket.on('close', () => this.#release())
  }

  /** Bytes that the peer has not taken yet. */
  get buffered(): number {
    return this.#stream.writableLength + this.#pendingCharacters
  }

  send(frame: string): boolean {
    if (this.#pending.length === 0) this.#flushSoon()
    this.#pending.push(frame)
    this.#pendingCharacters += frame.length
    if (this.#pendingCharacters >= WRITE_CHARACTERS && this.#holdMs() === 0) this.#flush()
    return this.buffered < this.#bufferBytes
  }

  drained(): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(why: ErrorCode | 'done', reason: string = why): void {
    this.hangUp({ code: why === 'done' ? NORMAL : (ERRORS[why].close ?? NORMAL), reason })
  }

  /** Ends the wire with this close code, after all that was sent. */
  hangUp({ code, reason }: { readonly code: number; readonly reason: string }): void {
    this.#flush()
    this.#socket.close(code, reason.slice(0, 120))
  }

  #flushSoon(): void {
    const holdMs = this.#holdMs()
    if (holdMs === 0) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), holdMs)
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const frames = this.#pending
    this.#pending = []
    this.#pendingCharacters = 0
    if (this.#socket.readyState === this.#socket.OPEN) writeFrames(this.#stream, frames, this.#mostFrameBytes)
    // A buffer that was over its bound only by what is written by now drains without an event.
    if (!this.#stream.writableNeedDrain) this.#release()
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
