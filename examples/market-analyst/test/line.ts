import { setTimeout as sleep } from 'node:timers/promises'

export interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

/** A line to a real server: a plain WebSocket that keeps every frame, and waits for the one that is wanted. */
export class Line {
  readonly frames: Frame[] = []
  readonly #socket: WebSocket
  #read = 0
  #ids = 0
  #wake = () => {}

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      this.frames.push(JSON.parse(String(data)) as Frame)
      this.#wake()
    })
  }

  static async open(url: string): Promise<Line> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, 'longwire.v1')
    const line = new Line(socket)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', reject)
    })
    return line
  }

  /** Sends a command and resolves with the frame that answers it. */
  async ask(command: object): Promise<Frame> {
    const id = `c${++this.#ids}-${Math.random().toString(36).slice(2)}`
    this.#socket.send(JSON.stringify({ ...command, id }))
    for (;;) {
      const answer = this.frames.find((frame) => frame.id === id)
      if (answer) return answer
      await this.#more()
    }
  }

  /** The next frame that fits, of those not waited for yet. */
  async next(type: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++]!
        if (frame.type === type && fits(frame)) return frame
      }
      await this.#more()
    }
  }

  /** The text of the turn's messages, as they are in the log. */
  said(turn: unknown): string {
    return this.frames
      .filter((frame) => frame.type === 'message.committed' && frame.turn === turn)
      .flatMap(({ message }) => (message as { parts: { type: string; text?: string }[] }).parts)
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n')
  }

  close(): void {
    this.#socket.close()
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const late = new AbortController()
    const slow = sleep(15_000, undefined, { signal: late.signal }).then(
      () => Promise.reject(new Error(`nothing came for 15 s after ${JSON.stringify(this.frames.slice(-3))}`)),
      () => {},
    )
    await Promise.race([promise, slow]).finally(() => late.abort())
  }
}
