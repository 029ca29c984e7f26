import type { PolledFrames } from './polled-line-wire.ts'

/** Where requests for lines over HTTP come, whichever node has the line. Each is refused where there is no such line. */
export interface LineDesk {
  /** Takes the frames of one request, each a line of JSON. Resolves when they are taken, not when they are answered. */
  heard(line: string | undefined, frames: string): Promise<void>
  /** The `number`-th poll: all that is there, or after at most `waitMs` what came meanwhile. */
  poll(line: string | undefined, number: number, waitMs: number, gone: AbortSignal): Promise<PolledFrames>
  cut(line: string | undefined): Promise<void>
}

/** The node that began this line, where one is named. */
export function beginnerOf(line: string | undefined): string | undefined {
  return line === undefined ? undefined : /^([\w-]{1,64})\./.exec(line)?.[1]
}
