/** What a server under test is asked to say: the text of an input. */
export interface Script {
  /** `ticks`: as fast as the reader takes it. `timer`: so many events a second, each with the moment it was said in it. */
  readonly pace: 'ticks' | 'timer'
  /** With `ticks`: events in one turn of the event loop. */
  readonly burst: number
  /** With `timer`. */
  readonly perSecond: number
}

/** Pieces the size of a model's tokens. */
export const PIECES = [
  'The',
  ' lion',
  "'s share",
  ' of',
  ' this',
  ' growth',
  ' came',
  ' from',
  ' three',
  ' regions',
  ',',
]

/** Pieces of one message: a longer answer of a model. After that a message is complete. */
export const PIECES_OF_A_MESSAGE = 500

/** How far into its first message a session begins, so that not all of them complete one at the same moment. */
export function firstPiece(): number {
  return Math.floor(Math.random() * PIECES_OF_A_MESSAGE)
}

export function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Microseconds on a clock that all processes of a machine share. */
export function sharedClock(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000_000 + nanoseconds / 1_000
}

/** Calls `say` so many times a second, beginning at a moment of its own, until `signal` aborts. */
export function speakOnTime(perSecond: number, signal: AbortSignal, say: () => void): Promise<void> {
  return new Promise((resolve) => {
    const everyMs = 1_000 / perSecond
    let timer: NodeJS.Timeout
    const first = setTimeout(() => {
      timer = setInterval(say, everyMs)
    }, Math.random() * everyMs)
    signal.addEventListener('abort', () => {
      clearTimeout(first)
      clearInterval(timer)
      resolve()
    })
  })
}
