import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { afterwards } from '../house.ts'

// biome-ignore lint/suspicious/noExplicitAny: frames of other protocols, read field by field
export type Told = { readonly [field: string]: any } & { readonly place?: string }

/** A peer that speaks a dialect over a WebSocket: it keeps what it is told, in order. */
export class ForeignPeer {
  readonly socket: WebSocket
  readonly told: Told[] = []
  closed: { code: number; reason: string } | undefined
  #read = 0
  #wake: () => void = () => {}

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.told.push(JSON.parse(String(data)) as Told)
      this.#wake()
    })
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
      this.#wake()
    })
    socket.on('error', () => {})
  }

  static async connect(
    url: string,
    path: string,
    headers: Record<string, string> = {},
    protocols: string[] = [],
    onUpgrade: (response: IncomingMessage) => void = () => {},
  ) {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, protocols, { headers })
    const peer = new ForeignPeer(socket)
    afterwards(() => peer.cut())
    socket.once('upgrade', onUpgrade)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('unexpected-response', (_request, response) => {
        response
          .setEncoding('utf8')
          .on('data', (text: string) => reject(new Refused(response.statusCode!, response.headers, text)))
      })
      socket.once('error', reject)
    })
    return peer
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The next frame with this key that was not read yet; what comes before it is passed over. */
  async next(key: string): Promise<Told> {
    for (;;) {
      while (this.#read < this.told.length) {
        const frame = this.told[this.#read++]!
        if (Object.hasOwn(frame, key) || frame.type === key) return frame
      }
      if (this.closed) throw new Error(`closed with ${this.closed.code} ${this.closed.reason} before ${key} came`)
      await this.#more()
    }
  }

  async ended(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await this.#more()
    return this.closed
  }

  cut(): void {
    this.socket.terminate()
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** A handshake that was answered with a status. */
class Refused extends Error {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: string

  constructor(status: number, headers: object, body: string) {
    super(`${status} ${body}`)
    this.status = status
    this.headers = { ...headers }
    this.body = body
  }
}
