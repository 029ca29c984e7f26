// What stands between a browser and a server: a site of one origin that has pages of its own and hands on the rest.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What the site does with a WebSocket: hands it on, forbids it, answers as if it were a page, or lets it hang. */
export type Upgrades = 'pass' | 'forbid' | 'answer' | 'hang'

export class Site {
  /** What WebSockets meet from now on. */
  upgrades: Upgrades = 'pass'
  /** Whether nothing gets through to the server. The pages are there all the same. */
  isDown = false
  /** How many WebSockets the server ended. */
  cutByServer = 0
  /** How many WebSockets stand open to the server. */
  webSockets = 0
  readonly #pages: ReadonlyMap<string, string>
  readonly #upstream: URL
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  readonly #answers = new Set<ServerResponse>()

  private constructor(pages: Readonly<Record<string, string>>, upstream: string) {
    this.#pages = new Map(Object.entries(pages))
    this.#upstream = new URL(upstream)
    this.#server = createServer((asked, answer) => this.#answer(asked, answer))
    this.#server.on('upgrade', (asked, socket, head) => this.#upgrade(asked, socket, head))
  }

  /** Serves `pages`, HTML by path, in front of the server at `upstream`. */
  static async open(pages: Readonly<Record<string, string>>, upstream: string): Promise<Site> {
    const site = new Site(pages, upstream)
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve))
    return site
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts every WebSocket and every answer that is under way, without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
    for (const answer of this.#answers) answer.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(asked: IncomingMessage, answer: ServerResponse): void {
    const page = this.#pages.get(new URL(asked.url ?? '/', this.url).pathname)
    if (page !== undefined) answer.setHeader('content-type', 'text/html; charset=utf-8').end(page)
    else if (this.isDown) answer.destroy()
    else this.#handOn(asked, answer)
  }

  #handOn(asked: IncomingMessage, answer: ServerResponse): void {
    this.#answers.add(answer)
    const { method, headers, url: path } = asked
    const { hostname, port } = this.#upstream
    const onward = request({ hostname, port, path, method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => {
      this.#answers.delete(answer)
      onward.destroy()
    })
    asked.pipe(onward)
  }

  #upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#keep(socket)
    if (this.isDown) socket.destroy()
    else if (this.upgrades === 'pass') this.#handOnSocket(asked, socket, head)
    else if (this.upgrades !== 'hang') socket.end(REFUSALS[this.upgrades])
  }

  #handOnSocket(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onward: Socket = connect(Number(this.#upstream.port), this.#upstream.hostname)
    this.#keep(onward)
    const headers = asked.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : []))
    onward.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    onward.pipe(socket).pipe(onward)
    this.webSockets += 1
    onward.on('close', () => {
      this.webSockets -= 1
      if (!socket.destroyed) this.cutByServer += 1
      socket.destroy()
    })
    socket.on('close', () => onward.destroy())
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.on('error', () => {}) // `close` follows
    socket.on('close', () => this.#sockets.delete(socket))
  }
}

const REFUSALS = {
  forbid: 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
  answer: 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello',
}
