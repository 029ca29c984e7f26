import type { ServerResponse } from 'node:http'
import type { ErrorCode } from '@longwire/protocol'
import { type LineWire, lineClose } from './line-wire.ts'
import { SseWire } from './sse-wire.ts'

/** Frames of a line as server-sent events. How it ends is an event of its own, for a stream has no close code. */
export class StreamedLineWire implements LineWire {
  readonly name = 'sse'
  readonly gone: Promise<void>
  readonly #response: ServerResponse
  readonly #sse: SseWire

  constructor(
    response: ServerResponse,
    bufferBytes: number,
    holdMs: () => number,
    headers: Readonly<Record<string, string>>,
  ) {
    this.#response = response
    this.gone = new Promise((gone) => response.once('close', gone))
    this.#sse = new SseWire(response, bufferBytes, holdMs, headers)
    // A proxy that looks for the beginning of a body lets the head through with it.
    this.#sse.send(': line\n\n')
  }

  get buffered(): number {
    return this.#sse.buffered
  }

  send(frame: string): boolean {
    return this.#sse.send(`data: ${frame}\n\n`)
  }

  drained(): Promise<void> {
    return this.#sse.drained()
  }

  close(why: ErrorCode | 'done', reason?: string): void {
    this.#sse.send(`event: close\ndata: ${JSON.stringify(lineClose(why, reason))}\n\n`)
    this.#sse.close(why)
  }

  cut(): void {
    this.#response.destroy()
  }
}
