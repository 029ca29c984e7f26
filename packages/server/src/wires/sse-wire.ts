import type { ServerResponse } from 'node:http'
import type { ErrorCode } from '@longwire/protocol'
import type { Wire } from './wire.ts'

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // A proxy that gathers the stream would hold back what is being said.
  'x-accel-buffering': 'no',
}

/** A stream of server-sent events as a wire: frames go one way. What is put in one tick leaves in one write. */
export class SseWire implements Wire {
  readonly #response: ServerResponse
  readonly #bufferBytes: number
  #pending = ''
  #waiting: (() => void)[] = []

  readonly #holdMs: () => number

  /** `holdMs` says how long what is sent is held back, as a slow line would. */
  constructor(
    response: ServerResponse,
    bufferBytes: number,
    holdMs: () => number = () => 0,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#holdMs = holdMs
    this.#response = response
    this.#bufferBytes = bufferBytes
    response.writeHead(200, { ...HEADERS, ...headers })
    response.on('drain', () => this.#release())
    response.on('close', () => this.#release())
  }

  /** Bytes that the peer has not taken yet. */
  get buffered(): number {
    return this.#response.writableLength + this.#pending.length
  }

  send(frame: string): boolean {
    if (this.#pending === '') this.#flushSoon()
    this.#pending += frame
    return this.buffered < this.#bufferBytes
  }

  drained(): Promise<void> {
    if (this.#response.destroyed || this.#response.writableEnded) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(_why: ErrorCode | 'done'): void {
    this.#flush()
    this.#response.end()
  }

  #flushSoon(): void {
    const holdMs = this.#holdMs()
    if (holdMs === 0) queueMicrotask(() => this.#flush())
    else setTimeout(() => this.#flush(), holdMs)
  }

  #flush(): void {
    const text = this.#pending
    this.#pending = ''
    if (text === '' || this.#response.destroyed || this.#response.writableEnded) return
    if (this.#response.write(text)) this.#release()
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
