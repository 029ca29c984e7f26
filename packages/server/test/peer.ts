import { WebSocket } from 'ws'

export interface AnyFrame {
  readonly type: string
  readonly [field: string]: unknown
}

/** A plain WebSocket peer that speaks the protocol by hand, and keeps every frame in order. */
export class Peer {
  readonly socket: WebSocket
  readonly frames: AnyFrame[] = []
  closed: { code: number; reason: string } | undefined
  #read = 0
  #ids = 0
  #wake: () => void = () => {}

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)) as AnyFrame)
      this.#wake()
    })
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
      this.#wake()
    })
    socket.on('error', () => {})
  }

  static async connect(url: string, headers: Record<string, string> = {}): Promise<Peer> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, ['longwire.v1'], { headers })
    const peer = new Peer(socket)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return peer
  }

  send(frame: object): string {
    const id = 'id' in frame ? String(frame.id) : `c${++this.#ids}-${Math.random().toString(36).slice(2)}`
    this.socket.send(JSON.stringify({ ...frame, id }))
    return id
  }

  /** The next frame that was not read yet and that `wanted` accepts; what comes before it is passed over. */
  async next(wanted: string | ((frame: AnyFrame) => boolean)): Promise<AnyFrame> {
    const accepts = typeof wanted === 'string' ? (frame: AnyFrame) => frame.type === wanted : wanted
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++]!
        if (accepts(frame)) return frame
      }
      if (this.closed) throw new Error(`closed with ${this.closed.code} before ${String(wanted)} came`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The answer to a command: `ok`, `error`, `attached`, `welcome` or `pong` with its id. */
  async ask(frame: object): Promise<AnyFrame> {
    const id = this.send(frame)
    for (let seen = 0; ; ) {
      const answer = this.frames.slice(seen).find((each) => each.id === id)
      if (answer) return answer
      seen = this.frames.length
      if (this.closed) throw new Error(`closed with ${this.closed.code} before the answer came`)
      await new Promise<void>((resolve) => {
        const before = this.#wake
        this.#wake = () => {
          before()
          resolve()
        }
      })
    }
  }

  /** Events of the session on a channel so far. */
  events(ch = 1): AnyFrame[] {
    return this.frames.filter(
      (frame) => frame.ch === ch && typeof frame.seq === 'number' && typeof frame.at === 'number',
    )
  }

  async ended(): Promise<{ code: number; reason: string }> {
    while (!this.closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.closed
  }

  close(): void {
    this.socket.terminate()
  }
}
