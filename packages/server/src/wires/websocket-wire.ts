import type { Duplex } from 'node:stream'
import { ERRORS, type ErrorCode } from '@longwire/protocol'
import type { WebSocket } from 'ws'
import type { Wire } from './wire.ts'

const NORMAL = 1000

/** A WebSocket as a wire. It owns the socket's writes: frames of one tick are gathered and leave as one. */
export class WebSocketWire implements Wire {
  readonly #socket: WebSocket
  readonly #stream: Duplex
  readonly #bufferBytes: number
  #pending: string[] = []
  #pendingCharacters = 0
  #waiting: (() => void)[] = []

  constructor(socket: WebSocket, stream: Duplex, bufferBytes: number) {
    this.#socket = socket
    this.#stream = stream
    this.#bufferBytes = bufferBytes
    stream.on('drain', () => this.#release())
    socket.on('close', () => this.#release())
  }

  /** Bytes that the peer has not taken yet. */
  get buffered(): number {
    return this.#stream.writableLength + this.#pendingCharacters
  }

  send(frame: string): boolean {
    if (this.#pending.length === 0) queueMicrotask(() => this.#flush())
    this.#pending.push(frame)
    this.#pendingCharacters += frame.length
    return this.buffered < this.#bufferBytes
  }

  drained(): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(why: ErrorCode | 'done', reason: string = why): void {
    this.#flush()
    const code = why === 'done' ? NORMAL : (ERRORS[why].close ?? NORMAL)
    this.#socket.close(code, reason.slice(0, 120))
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const frames = this.#pending
    this.#pending = []
    this.#pendingCharacters = 0
    if (this.#socket.readyState === this.#socket.OPEN) {
      this.#stream.cork()
      for (const frame of frames) this.#socket.send(frame)
      this.#stream.uncork()
    }
    // A buffer that was over its bound only by what is written by now drains without an event.
    if (!this.#stream.writableNeedDrain) this.#release()
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
