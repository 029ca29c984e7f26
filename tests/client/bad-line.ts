import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What a bad line does to what passes over it. */
export interface Weather {
  /** From 0 up to, but not, 1. */
  readonly chance: () => number
  /** How likely each is, for each piece that passes. */
  readonly cut: number
  readonly stall: number
  readonly halfOpen: number
  /** After so many faults it does no more: what is sent for ever is to arrive some day. */
  readonly faults: number
  /** Pieces are cut into smaller ones of so many bytes at most, each a moment later. */
  readonly pieceBytes: number
  readonly delayMs: number
}

/** A line between two ports that cuts, delays, stalls, half-opens and throttles what passes, as its seed says. */
export class BadLine {
  #isCalm = false
  #faults = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #weather: Weather
  readonly #port: number

  static async before(target: string, weather: Weather): Promise<BadLine> {
    const line = new BadLine(Number(new URL(target).port), weather)
    await new Promise<void>((listening) => line.#server.listen(0, '127.0.0.1', listening))
    return line
  }

  private constructor(port: number, weather: Weather) {
    this.#port = port
    this.#weather = weather
    this.#server = createServer((near) => {
      const far = connect(this.#port, '127.0.0.1')
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.setNoDelay(true)
        socket.on('error', () => {})
        socket.on('close', () => this.#sockets.delete(socket))
      }
      this.#carry(near, far)
      this.#carry(far, near)
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** No more faults from here on. What is half-open is cut, so that both ends know. */
  calm(): void {
    this.#isCalm = true
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #carry(from: Socket, to: Socket): void {
    const { chance, cut, stall, halfOpen, faults, pieceBytes, delayMs } = this.#weather
    let isDeaf = false
    const queue: Buffer[] = []
    let isBusy = false
    const next = () => {
      const piece = queue.shift()
      if (!piece) {
        isBusy = false
        if (from.readableEnded) to.end()
        return
      }
      isBusy = true
      const fate = this.#isCalm || this.#faults >= faults ? 1 : chance()
      if (fate < cut) {
        this.#faults += 1
        // Some of it arrives, unless something before it did not.
        if (!isDeaf) to.write(piece.subarray(0, Math.floor(piece.length * chance())))
        setImmediate(() => {
          from.destroy()
          to.destroy()
        })
        return
      }
      if (fate < cut + halfOpen) {
        this.#faults += 1
        isDeaf = true
      }
      if (!isDeaf) to.write(piece)
      const waits = !this.#isCalm && fate >= cut + halfOpen && fate < cut + halfOpen + stall
      if (waits) this.#faults += 1
      const ms = this.#isCalm ? 0 : waits ? 40 * delayMs : chance() * delayMs
      if (ms < 1) setImmediate(next)
      else setTimeout(next, ms)
    }
    from.on('data', (data: Buffer) => {
      for (let at = 0; at < data.length; at += this.#isCalm ? data.length : pieceBytes)
        queue.push(data.subarray(at, this.#isCalm ? data.length : at + pieceBytes))
      if (!isBusy) next()
    })
    from.on('end', () => isBusy || to.end())
    from.on('close', () => to.destroy())
  }
}
