import type { ServerResponse } from 'node:http'
import type { ErrorCode } from '@longwire/protocol'
import { Refusal } from '../refusal.ts'
import type { End } from './dialect.ts'
import type { SpokenWire } from './interpreter.ts'

/** How a dialect puts its frames into the body of an answer. */
export interface Packing {
  readonly headers: Readonly<Record<string, string>>
  readonly pack: (frame: string) => string | Uint8Array
  /** The whole answer where nothing was said yet. */
  readonly refuse: (refusal: Refusal) => {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  /** What ends an answer that was begun and cannot go on. */
  readonly cutShort: (refusal: Refusal) => string | Uint8Array
  /** What keeps a silent answer alive; nothing does where it is left out. */
  readonly heartbeat?: string
}

/** The answer to one HTTP request as a wire. Its head leaves with the first frame, so that an error before it has a status. */
export class ResponseWire implements SpokenWire {
  readonly #response: ServerResponse
  readonly #packing: Packing
  readonly #bufferBytes: number
  #pending: (string | Uint8Array)[] = []
  #waiting: (() => void)[] = []

  constructor(response: ServerResponse, packing: Packing, bufferBytes: number) {
    this.#response = response
    this.#packing = packing
    this.#bufferBytes = bufferBytes
    response.on('drain', () => this.#release())
    response.on('close', () => this.#release())
  }

  send(frame: string): boolean {
    return this.#put(this.#packing.pack(frame))
  }

  /** Says that the line is there, where the form of the answer has a word for it. */
  beat(): void {
    const { heartbeat } = this.#packing
    if (heartbeat !== undefined && this.#response.headersSent) this.#put(heartbeat)
  }

  drained(): Promise<void> {
    if (this.#isGone) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(why: ErrorCode | 'done', reason: string = why): void {
    this.hangUp(
      why === 'done'
        ? { code: 1000, reason }
        : { code: 1011, reason, refusal: new Refusal(why === 'idle' ? 'internal' : why, reason) },
    )
  }

  hangUp({ refusal }: End): void {
    if (this.#isGone) return
    if (!refusal) this.#flush()
    else if (!this.#response.headersSent && this.#pending.length === 0) {
      const { status, headers, body } = this.#packing.refuse(refusal)
      this.#response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
      this.#response.write(body)
    } else {
      this.#put(this.#packing.cutShort(refusal))
      this.#flush()
    }
    this.#response.end()
  }

  get #isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded
  }

  #put(piece: string | Uint8Array): boolean {
    if (this.#pending.length === 0) queueMicrotask(() => this.#flush())
    this.#pending.push(piece)
    return this.#response.writableLength < this.#bufferBytes
  }

  #flush(): void {
    const pieces = this.#pending
    this.#pending = []
    if (this.#isGone) return
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, {
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        ...this.#packing.headers,
      })
    }
    if (pieces.length === 0) return
    const row = Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
    if (this.#response.write(row)) this.#release()
  }

  #release(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
