/** One frame as it passed, or a line that opened or ended. */
export interface Passed {
  /** Counts from 1, and is never given twice. */
  readonly n: number
  readonly at: number
  readonly way: 'in' | 'out' | 'line'
  readonly text: string
}

export interface TapBounds {
  /** Frames that are kept; the oldest go first. */
  readonly frames: number
  /** Characters of all that is kept. */
  readonly characters: number
  /** Characters of one frame: a picture in an input is not worth a second copy. */
  readonly frame: number
}

const BOUNDS: TapBounds = { frames: 5_000, characters: 8_000_000, frame: 65_536 }

/** Remembers what passes on the line of this page, both ways. Keeping a frame costs a push, however many look at it. */
export class FrameTap {
  #kept: Passed[] = []
  /** Where what is kept begins: what is before it is dropped now and then, many at once. */
  #first = 0
  #characters = 0
  #n = 0
  #shown: readonly Passed[] | undefined = []
  #isPaused = false
  readonly #bounds: TapBounds
  readonly #now: () => number
  readonly #subscribers = new Set<() => void>()

  constructor(bounds: Partial<TapBounds> = {}, now: () => number = Date.now) {
    this.#bounds = { ...BOUNDS, ...bounds }
    this.#now = now
  }

  /** Oldest first. The same array until something passes. */
  get passed(): readonly Passed[] {
    this.#shown ??= this.#kept.slice(this.#first)
    return this.#shown
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Calls `changed` for each frame: whoever draws gathers. */
  subscribe = (changed: () => void): (() => void) => {
    this.#subscribers.add(changed)
    return () => this.#subscribers.delete(changed)
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#tell()
  }

  clear(): void {
    this.#kept = []
    this.#first = 0
    this.#characters = 0
    this.#tell()
  }

  keep(way: Passed['way'], text: string): void {
    if (this.#isPaused) return
    this.#n += 1
    const short = text.length > this.#bounds.frame ? `${text.slice(0, this.#bounds.frame)}…` : text
    this.#kept.push({ n: this.#n, at: this.#now(), way, text: short })
    this.#characters += short.length
    this.#forget()
    this.#tell()
  }

  /** A constructor of WebSockets whose frames are kept here. */
  webSocket(Base: typeof WebSocket): typeof WebSocket {
    const tap = this
    return class TappedWebSocket extends Base {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        this.addEventListener('open', () => tap.keep('line', 'The WebSocket opened.'))
        this.addEventListener('close', ({ code, reason }) =>
          tap.keep('line', `The WebSocket closed with ${code}${reason ? `: ${reason}` : ''}.`),
        )
        this.addEventListener('message', ({ data }) => {
          if (typeof data === 'string') tap.keep('in', data)
        })
      }

      override send(data: Parameters<WebSocket['send']>[0]): void {
        if (typeof data === 'string') tap.keep('out', data)
        super.send(data)
      }
    }
  }

  #forget(): void {
    const { frames, characters } = this.#bounds
    while (this.#kept.length - this.#first > frames || this.#characters > characters) {
      this.#characters -= this.#kept[this.#first]!.text.length
      this.#first += 1
    }
    if (this.#first < frames) return
    this.#kept = this.#kept.slice(this.#first)
    this.#first = 0
  }

  #tell(): void {
    this.#shown = undefined
    for (const subscriber of this.#subscribers) subscriber()
  }
}

/** What passes on the one line of this page. */
export const tap = new FrameTap()
