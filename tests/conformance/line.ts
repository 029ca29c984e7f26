/** A frame as it came. */
export type AnyFrame = Readonly<Record<string, unknown>>

/**
 * One WebSocket to the server under test, greeted. Answers to commands (frames with an `id`) and everything else are
 * kept apart, because in which order an answer and the events of its command come is not promised.
 */
export class Line {
  readonly welcome: AnyFrame
  readonly #socket: WebSocket
  readonly #timeoutMs: number
  readonly #replies: AnyFrame[] = []
  readonly #stream: AnyFrame[] = []
  #closed: number | undefined
  #wake: () => void = () => undefined

  static async open(url: string, timeoutMs: number): Promise<Line> {
    const address = new URL('/v1/socket', url)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address, ['longwire.v1'])
    const greeting = Promise.withResolvers<AnyFrame>()
    const timer = setTimeout(() => greeting.reject(new Error(`not greeted in ${timeoutMs} ms`)), timeoutMs)
    socket.addEventListener('message', ({ data }) => greeting.resolve(JSON.parse(String(data))), { once: true })
    socket.addEventListener('close', ({ code }) => greeting.reject(new Error(`closed with ${code} before a greeting`)))
    try {
      return new Line(socket, await greeting.promise, timeoutMs)
    } finally {
      clearTimeout(timer)
    }
  }

  private constructor(socket: WebSocket, welcome: AnyFrame, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    this.welcome = welcome
    socket.addEventListener('message', ({ data }) => this.#came(JSON.parse(String(data)) as AnyFrame))
    socket.addEventListener('close', ({ code }) => {
      this.#closed = code
      this.#wake()
    })
  }

  send(data: string | Buffer<ArrayBuffer>): void {
    this.#socket.send(data)
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
    this.#socket.close()
  }

  #came(frame: AnyFrame): void {
    if (frame.type === 'heartbeat') return
    if (frame.id === undefined) this.#stream.push(frame)
    else this.#replies.push(frame)
    this.#wake()
  }

  async #wait<T>(take: () => T | undefined, what: string): Promise<T> {
    const expired = Promise.withResolvers<never>()
    const late = () => expired.reject(new Error(`${what} did not come in ${this.#timeoutMs} ms`))
    const timer = setTimeout(late, this.#timeoutMs)
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
