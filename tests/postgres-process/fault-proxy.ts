// Between a client and a server on loopback, to do to their connection what networks do.
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * What becomes of what is said from now on: it passes; or the line breaks when something is asked, before the server hears
 * it, or when it is answered, before the client does; or nothing passes, and nothing breaks.
 */
export type Weather = 'pass' | 'break-before' | 'break-after' | 'silence'

interface Line {
  readonly client: Socket
  readonly server: Socket
}

/** What arrives on a line at once. */
export interface Piece {
  readonly from: 'client' | 'server'
  readonly data: Buffer
  /** The same for all pieces of a line. */
  readonly line: object
}

export class FaultProxy {
  readonly port: number
  /** Asked for each piece: so that a test can let chance decide. */
  weather: (piece: Piece) => Weather = () => 'pass'
  /** How often a line broke. */
  broken = 0
  readonly #listener: Server
  readonly #lines = new Set<Line>()

  static async start(target: number): Promise<FaultProxy> {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    return new FaultProxy(listener, target)
  }

  private constructor(listener: Server, target: number) {
    this.#listener = listener
    this.port = (listener.address() as { port: number }).port
    listener.on('connection', (client) => this.#join({ client, server: connect(target, '127.0.0.1') }))
  }

  /** Ends every line there is. */
  cut(): void {
    for (const line of this.#lines) this.#break(line)
  }

  /** Lets through what was held back. */
  heal(): void {
    this.weather = () => 'pass'
    for (const { client, server } of this.#lines) {
      client.resume()
      server.resume()
    }
  }

  async close(): Promise<void> {
    this.cut()
    this.#listener.close()
    await once(this.#listener, 'close')
  }

  #join(line: Line): void {
    this.#lines.add(line)
    const { client, server } = line
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => this.#part(line))
    }
    client.on('data', (data) => this.#carry({ from: 'client', data, line }, line, 'break-before'))
    server.on('data', (data) => this.#carry({ from: 'server', data, line }, line, 'break-after'))
  }

  #carry(piece: Piece, line: Line, fatal: Weather): void {
    const weather = this.weather(piece)
    const [from, to] = piece.from === 'client' ? [line.client, line.server] : [line.server, line.client]
    if (weather === fatal) {
      this.broken += 1
      this.#break(line)
    } else if (weather === 'silence') {
      from.pause()
      from.unshift(piece.data)
    } else to.write(piece.data)
  }

  #break(line: Line): void {
    line.client.resetAndDestroy()
    line.server.destroy()
    this.#lines.delete(line)
  }

  #part(line: Line): void {
    line.client.destroy()
    line.server.destroy()
    this.#lines.delete(line)
  }
}
