/** A frame as it came. */
export type AnyFrame = Readonly<Record<string, unknown>>

/** A line is greeted within this, however short its steps are. */
const GREETING_MS = 10_000

/** What moves frames to the server under test and back. */
export interface Mover {
  send(data: string | Buffer<ArrayBuffer>): void
  close(): void
}

export interface MoverListener {
  heard(text: string): void
  closed(code: number): void
}

export type Move = (url: string, listener: MoverListener) => Mover

/**
 * One line to the server under test, greeted. Answers to commands (frames with an `id`) and everything else are
 * kept apart, because in which order an answer and the events of its command come is not promised.
 */
export class Line {
  #welcome: AnyFrame | undefined
  readonly #mover: Mover
  readonly #timeoutMs: number
  readonly #replies: AnyFrame[] = []
  readonly #stream: AnyFrame[] = []
  #closed: number | undefined
  #wake: () => void = () => undefined

  static async open(move: Move, url: string, timeoutMs: number): Promise<Line> {
    const line = new Line(move, url, timeoutMs)
    await line.#wait(() => line.#welcome, 'the greeting', GREETING_MS)
    return line
  }

  private constructor(move: Move, url: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    this.#mover = move(url, {
      heard: (text) => this.#came(JSON.parse(text) as AnyFrame),
      closed: (code) => {
        this.#closed = code
        this.#wake()
      },
    })
  }

  get welcome(): AnyFrame | undefined {
    return this.#welcome
  }

  send(data: string | Buffer<ArrayBuffer>): void {
    this.#mover.send(data)
  }

  /** The first answer to this command that was not read yet. */
  reply(id: string): Promise<AnyFrame> {
    return this.#wait(() => {
      const index = this.#replies.findIndex((frame) => frame.id === id)
      return index < 0 ? undefined : this.#replies.splice(index, 1)[0]
    }, `the answer to ${id}`)
  }

  /** The next frame that answers nothing; heartbeats are passed over. */
  next(): Promise<AnyFrame> {
    return this.#wait(() => this.#stream.shift(), 'another frame')
  }

  /** The code the server closed with. */
  closed(): Promise<number> {
    return this.#wait(() => this.#closed, 'the close')
  }

  leave(): void {
    this.#mover.close()
  }

  #came(frame: AnyFrame): void {
    if (frame.type === 'heartbeat') return
    if (!this.#welcome) this.#welcome = frame
    else if (frame.id === undefined) this.#stream.push(frame)
    else this.#replies.push(frame)
    this.#wake()
  }

  async #wait<T>(take: () => T | undefined, what: string, withinMs = this.#timeoutMs): Promise<T> {
    const expired = Promise.withResolvers<never>()
    const late = () => expired.reject(new Error(`${what} did not come in ${withinMs} ms`))
    const timer = setTimeout(late, withinMs)
    try {
      for (;;) {
        const taken = take()
        if (taken !== undefined) return taken
        if (this.#closed !== undefined) throw new Error(`${what} did not come: closed with ${this.#closed}`)
        const woken = Promise.withResolvers<void>()
        this.#wake = woken.resolve
        await Promise.race([woken.promise, expired.promise])
      }
    } finally {
      clearTimeout(timer)
    }
  }
}
