import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** What a network does to the handshake of a WebSocket. */
export type Upgrades = 'pass' | 'hang' | 'close' | 'strip' | 200 | 403 | 426

/**
 * A proxy as some networks have them: it refuses or swallows WebSockets, and holds back answers that are not over. Rules can
 * be changed while it runs, and connections that are there be cut.
 */
export class HttpProxy {
  upgrades: Upgrades = 'pass'
  /** Answers are passed on when they are whole, which a stream never is. */
  isBuffering = false
  /** What came, as "METHOD path accept". */
  readonly requests: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #target: URL

  static async before(target: string): Promise<HttpProxy> {
    const proxy = new HttpProxy(new URL(target))
    await new Promise<void>((listening) => proxy.#server.listen(0, '127.0.0.1', listening))
    return proxy
  }

  private constructor(target: URL) {
    this.#target = target
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing))
    this.#server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket as Socket, head))
    this.#server.on('connection', (socket) => this.#hold(socket))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Cuts all that is open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done)) // at once where it is closed already
    this.cut()
    await closed
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url, headers } = incoming
    this.requests.push(`${method} ${url} ${headers.accept ?? ''}`)
    const { hostname, port } = this.#target
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      if (this.isBuffering) void this.#whole(answer, outgoing)
      else {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        outgoing.flushHeaders()
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
      }
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  async #whole(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of answer) chunks.push(chunk)
      outgoing.writeHead(answer.statusCode!, answer.headers).end(Buffer.concat(chunks))
    } catch {
      outgoing.destroy()
    }
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    this.requests.push('UPGRADE')
    const { hostname, port } = this.#target
    switch (this.upgrades) {
      case 'hang':
        return
      case 'close':
        socket.destroy()
        return
      case 'pass': {
        const onward = connect(Number(port), hostname, () => {
          onward.write(headOf(incoming))
          onward.write(head)
          socket.pipe(onward).pipe(socket)
        })
        this.#hold(onward)
        onward.on('close', () => socket.destroy())
        socket.on('close', () => onward.destroy())
        return
      }
      case 'strip': {
        // Passes the request on as one that asks for nothing special.
        const { upgrade: _, connection: __, ...headers } = incoming.headers
        request({ hostname, port, path: incoming.url, headers }, (answer) => {
          answer.resume().on('end', () => socket.end(`HTTP/1.1 ${answer.statusCode} Gone\r\ncontent-length: 0\r\n\r\n`))
        }).end()
        return
      }
      default:
        socket.end(`HTTP/1.1 ${this.upgrades} Refused\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>`)
    }
  }
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
