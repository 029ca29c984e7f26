import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Command } from '@longwire/protocol'
import { type WebSocket, WebSocketServer } from 'ws'

/** One line as the server sees it: what the client said, in order, and a way to say anything to it. */
export class ServerLine {
  readonly #socket: WebSocket
  readonly #said: Command[] = []
  #wake = () => {}

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => {
      this.#said.push(JSON.parse(String(data)))
      this.#wake()
    })
  }

  /** The next command of the client, which must have this type. */
  async take<T extends Command['type']>(type: T): Promise<Extract<Command, { type: T }>> {
    while (this.#said.length === 0) {
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
    const command = this.#said.shift()!
    if (command.type !== type) throw new Error(`expected ${type}, and the client said ${JSON.stringify(command)}`)
    return command as Extract<Command, { type: T }>
  }

  /** What the client said and nobody took. */
  get unread(): readonly Command[] {
    return this.#said
  }

  say(...frames: object[]): void {
    for (const frame of frames) this.#socket.send(JSON.stringify(frame))
  }

  welcome(heartbeatMs = 30_000): void {
    this.say({ type: 'welcome', protocol: 1, connection: 'c', principal: 'local', heartbeatMs, limits: {} })
  }

  /** Answers the next `attach` or `open`. */
  async attach(recovered: 'replay' | 'snapshot' | 'reset' = 'replay', log = 'log-1') {
    const command = (await this.take('attach')) as Extract<Command, { type: 'attach' }>
    const { id, ch, session } = command
    this.say({ type: 'attached', id, ch, session, agent: 'echo', head: 1, log, status: 'idle', recovered })
    return command
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  cut(): void {
    this.#socket.terminate()
  }
}

/** A server that does nothing by itself: the test speaks for it, line by line. */
export class ScriptedServer {
  readonly url: string
  /** What HTTP doors answer, by path. */
  readonly answers = new Map<string, { readonly status: number; readonly body: unknown }>()
  readonly #http: Server
  readonly #lines: ServerLine[] = []
  #wake = () => {}

  static async listen(): Promise<ScriptedServer> {
    const http = createServer()
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
    return new ScriptedServer(http)
  }

  private constructor(http: Server) {
    this.#http = http
    this.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    http.on('request', (request, response) => {
      const { status, body } = this.answers.get(request.url ?? '') ?? { status: 404, body: {} }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    new WebSocketServer({ server: http, path: '/v1/socket' }).on('connection', (socket) => {
      this.#lines.push(new ServerLine(socket))
      this.#wake()
    })
  }

  /** How many lines came and were not taken. */
  get waiting(): number {
    return this.#lines.length
  }

  /** The next line that a client dials. */
  async line(): Promise<ServerLine> {
    while (this.#lines.length === 0) {
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
    return this.#lines.shift()!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((closed) => this.#http.close(closed))
  }
}
