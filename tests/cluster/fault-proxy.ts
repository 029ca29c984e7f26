import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/*  A line between two programs, as a network makes it:

      open ──cut──► cut (lines fall, none is made)        open ──hang──► hung (lines stay, nothing arrives)
        ▲───────────heal──────────┴───────────────────────────┘                                          */

/** A TCP proxy on loopback that can be cut, or hang, and be healed. */
export class FaultProxy {
  readonly #server: Server
  readonly #target: () => number
  readonly #lines = new Set<Socket>()
  #state: 'open' | 'cut' | 'hung' = 'open'

  static async to(target: () => number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  private constructor(target: () => number) {
    this.#target = target
    this.#server = createServer((client) => this.#join(client))
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  cut(): void {
    this.#state = 'cut'
    for (const line of this.#lines) line.destroy()
  }

  hang(): void {
    this.#state = 'hung'
    for (const line of this.#lines) line.pause()
  }

  heal(): void {
    this.#state = 'open'
    for (const line of this.#lines) line.resume()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #join(client: Socket): void {
    if (this.#state === 'cut') {
      client.destroy()
      return
    }
    const server = connect(this.#target(), '127.0.0.1')
    this.#pass(client, server)
    this.#pass(server, client)
    if (this.#state === 'hung') for (const line of [client, server]) line.pause()
  }

  #pass(from: Socket, to: Socket): void {
    this.#lines.add(from)
    from.setNoDelay(true)
    from.on('data', (data) => to.write(data))
    from.on('error', () => {})
    from.on('close', () => {
      this.#lines.delete(from)
      to.destroy()
    })
  }
}
