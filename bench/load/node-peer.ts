import { once } from 'node:events'
import { WebSocket } from 'ws'

const PLACE = /"seq":(\d+)(?:,"sub":(\d+))?/

/** A client of a node that notes when it heard each place. */
export class NodePeer {
  readonly #socket: WebSocket
  /** When each event came, by its place. */
  readonly heardAt = new Map<string, number>()
  #waiting: { readonly text: string; readonly resolve: (at: number, frame: string) => void }[] = []
  #ids = 0

  static async open(url: string): Promise<NodePeer> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`)
    await once(socket, 'open')
    return new NodePeer(socket)
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('message', (data) => this.#hear(String(data)))
  }

  async openSession(): Promise<string> {
    const ch = ++this.#ids
    const frame = this.#frame(`"ch":${ch},"session":`)
    this.#say({ type: 'open', ch, agent: 'cluster' })
    return (JSON.parse(await frame) as { session: string }).session
  }

  async attach(session: string, after = '0'): Promise<void> {
    const ch = ++this.#ids
    const attached = this.next(`"ch":${ch},"session":`)
    this.#say({ type: 'attach', ch, session, after })
    await attached
  }

  say(text: string): void {
    this.#say({ type: 'input', ch: 1, text })
  }

  /** Resolves with the moment at which a frame came that holds this. */
  next(text: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.push({ text, resolve }))
  }

  close(): void {
    this.#socket.terminate()
  }

  #frame(text: string): Promise<string> {
    return new Promise((resolve) => this.#waiting.push({ text, resolve: (_, frame) => resolve(frame) }))
  }

  #say(frame: object): void {
    this.#socket.send(JSON.stringify({ ...frame, id: `p${++this.#ids}-${Math.random()}` }))
  }

  #hear(frame: string): void {
    const at = performance.now()
    const [, seq, sub = '0'] = PLACE.exec(frame) ?? []
    if (seq !== undefined) this.heardAt.set(`${seq}.${sub}`, at)
    const heard = this.#waiting.filter(({ text }) => frame.includes(text))
    if (heard.length === 0) return
    this.#waiting = this.#waiting.filter((each) => !heard.includes(each))
    for (const { resolve } of heard) resolve(at, frame)
  }
}
