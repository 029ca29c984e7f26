import { placeOf, printPlace, type SessionEvent } from '@longwire/protocol'
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
  #waiting: (() => void)[] = []

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
      await this.#more()
    }
  }

  /** Resolves when this holds of all that came. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.closed) throw new Error(`closed with ${this.closed.code} ${this.closed.reason} before it held`)
      await this.#more()
    }
  }

  /** The answer to a command: `ok`, `error`, `attached`, `welcome` or `pong` with its id. */
  async ask(frame: object): Promise<AnyFrame> {
    const id = this.send(frame)
    const answer = () => this.frames.find((each) => each.id === id)
    await this.until(() => answer() !== undefined)
    return answer()!
  }

  /** Makes a session, attached on this channel, and answers its id. */
  async open(ch = 1, more: object = {}): Promise<string> {
    const ok = await this.ask({ type: 'open', ch, agent: 'echo', ...more })
    if (ok.type !== 'ok') throw new Error(`open was refused: ${JSON.stringify(ok)}`)
    return ok.session as string
  }

  /** Attaches on this channel, and answers the `attached` frame. */
  async attach(session: string, more: object = {}): Promise<AnyFrame> {
    return this.ask({ type: 'attach', ch: 1, session, ...more })
  }

  /** Events of the session on a channel so far. */
  events(ch = 1): SessionEvent[] {
    return this.frames.filter(
      (frame) => frame.ch === ch && typeof frame.seq === 'number' && typeof frame.at === 'number',
    ) as unknown as SessionEvent[]
  }

  /** The events of a channel so far, as type and place. */
  told(ch = 1): string[] {
    return this.events(ch).map((event) => `${event.type} ${printPlace(placeOf(event as never))}`)
  }

  /** The next event of this type on the channel. */
  event(type: string, ch = 1): Promise<AnyFrame> {
    return this.next((frame) => frame.type === type && frame.ch === ch)
  }

  async ended(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.#more()
    return this.closed
  }

  /** Cuts the line: no goodbye. */
  cut(): void {
    this.socket.terminate()
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
