import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ERRORS } from '@longwire/protocol'
import { WebSocket, WebSocketServer } from 'ws'
import type { Gate } from './auth/gate.ts'
import type { Origins } from './auth/origins.ts'
import type { Identity } from './auth/verifier.ts'
import { Connection, type ConnectionHouse } from './connection/connection.ts'
import type { Line, RefusedHandshake, Speech } from './dialects/dialect.ts'
import { Interpreter, limitsFor } from './dialects/interpreter.ts'
import { SECURITY_HEADERS } from './http/security-headers.ts'
import { overLimit } from './limits/over-limit.ts'
import type { OpenLine } from './operator/lines.ts'
import { challengeFor, errorFrame, Refusal } from './refusal.ts'
import { offersOneOf, selectSubprotocol } from './wires/handshake.ts'
import { HeldSocket } from './wires/held-socket.ts'
import type { HeldWire } from './wires/held-wire.ts'
import { PacedReading } from './wires/paced-reading.ts'
import { WebSocketWire } from './wires/websocket-wire.ts'

const SUBPROTOCOLS = ['longwire.v1']
const TICK_MS = 1_000
const TOO_BIG = ERRORS.frame_too_big.close

/** Names the error of a frame that the parser refused for its size before the close that `ws` sends for it. */
class NamingSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === TOO_BIG && this.readyState === this.OPEN) {
      this.send(JSON.stringify(errorFrame(new Refusal('frame_too_big', 'the frame is over the size limit'), {})))
      super.close(code, 'frame_too_big')
      return
    }
    super.close(code, reason)
  }
}

interface Spoken {
  readonly line: Line
  readonly speech: Speech
}

/** Who may knock, and who may enter. */
interface HandshakeDoor {
  readonly origins: Origins
  readonly gate: Gate
  /** Streams, and answers that are under way: connections that are none of these. */
  readonly others: () => number
}

/** The WebSocket door: takes handshakes. And all connections, whatever their wire: one timer keeps time for them. */
export class Connections {
  readonly #house: ConnectionHouse
  readonly #door: HandshakeDoor
  readonly #server: WebSocketServer
  readonly #held = new Set<HeldWire>()
  /** What else the answer to a handshake carries. */
  readonly #handshakes = new WeakMap<IncomingMessage, readonly string[]>()
  readonly #ticking: NodeJS.Timeout
  #isStopping = false

  constructor(house: ConnectionHouse, door: HandshakeDoor) {
    this.#house = house
    this.#door = door
    this.#server = new WebSocketServer<typeof WebSocket>({
      noServer: true,
      clientTracking: false,
      maxPayload: house.limits.frameBytes,
      perMessageDeflate: false,
      WebSocket: NamingSocket,
      handleProtocols: (offered) => selectSubprotocol(offered, SUBPROTOCOLS),
    })
    this.#server.on('headers', (headers, request) => headers.push(...(this.#handshakes.get(request) ?? [])))
    this.#ticking = setInterval(() => this.#tick(), Math.min(TICK_MS, house.heartbeatMs / 2))
    this.#ticking.unref()
  }

  get size(): number {
    return this.#held.size
  }

  /** Those that are open, as an operator may look at them. */
  get lines(): OpenLine[] {
    return [...this.#held].map(({ connection, name, wire }) => ({
      id: connection.id,
      wire: name,
      identity: connection.whoever,
      since: connection.since,
      attachments: connection.channels.attachments,
      bufferedBytes: wire.buffered,
    }))
  }

  get bufferedBytes(): number {
    let bytes = 0
    for (const { wire } of this.#held) bytes += wire.buffered
    return bytes
  }

  get attachments(): number {
    let attachments = 0
    for (const { connection } of this.#held) attachments += connection.channels.size
    return attachments
  }

  /** Refuses one more connection where there may be none. */
  refuseMore(): void {
    if (this.#isStopping) throw new Refusal('going_away', 'this node is stopping')
    const { connections } = this.#house.limits
    if (this.#held.size + this.#door.others() >= connections) throw overLimit('connections', `${connections} are open`)
  }

  /** Keeps time for this connection until its wire is gone. */
  hold(held: HeldWire): void {
    this.#held.add(held)
    void held.gone.then(() => {
      this.#held.delete(held)
      held.connection.over()
    })
  }

  /** Takes an upgrade of the HTTP server, or refuses it with the status of the error. With a line it speaks a dialect. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer, line?: Line): Promise<void> {
    stream.on('error', () => stream.destroy())
    // As a network does in which no WebSocket gets through.
    if (this.#house.lineFaults?.isBlocking) return void stream.destroy()
    try {
      this.#door.origins.refuseForeign(request)
      if (!line) refuseOtherSubprotocols(request)
      this.refuseMore()
      const identity = await this.#door.gate.handshake(request)
      if (identity) this.#house.quotas.refuseConnection(identity.principal)
      if (line && !identity)
        throw new Refusal('unauthenticated', 'the handshake carries no identity that is known here')
      const speaker = identity && line?.actsAs ? line.actsAs(identity) : identity
      const speech = line && (await line.speak(speaker!))
      if (stream.destroyed) return
      // A verifier may have taken its time.
      if (this.#isStopping) throw new Refusal('going_away', 'this node is stopping')
      this.#handshakes.set(request, line?.headers?.() ?? [])
      this.#server.handleUpgrade(request, stream, head, (socket) => {
        this.#admit(socket, stream, speaker, line && { line, speech: speech! })
      })
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('internal', 'the handshake failed')
      this.#house.refused(refusal.code, refusal.detail.limit)
      refuseUpgrade(stream, refusal, line?.refuse)
    }
  }

  /** Cuts this line, or all of them, without a word, and answers how many. */
  cut(connection: string | undefined): number {
    const cut = [...this.#held].filter((held) => connection === undefined || held.connection.id === connection)
    for (const held of cut) held.cut()
    return cut.length
  }

  /** Tells every peer that this node is stopping and when to come back: each gets another delay. */
  goAway(reason: string, spreadMs: number): void {
    this.#isStopping = true
    this.sendAway(reason, spreadMs)
  }

  /** Tells every peer that it is served better elsewhere. Those who come back all the same are taken. */
  sendAway(reason: string, spreadMs: number): void {
    // A slice of time for each, and a moment by chance within it: no two come back together.
    const slice = spreadMs / this.#held.size
    let from = 0
    for (const { connection } of this.#held) {
      const reconnectInMs = Math.floor(from + this.#house.clock.random() * slice)
      connection.send({ type: 'goaway', reason, reconnectInMs })
      from += slice
    }
  }

  /** Ends every connection, and resolves when they are gone, or were cut after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#ticking)
    const gone = [...this.#held].map((held) => held.gone)
    for (const { connection } of this.#held) connection.endWith('going_away', 'this node is stopping')
    const cut = setTimeout(() => {
      for (const held of this.#held) held.cut()
    }, graceMs)
    await Promise.all(gone)
    clearTimeout(cut)
  }

  #admit(socket: WebSocket, stream: Duplex, identity: Identity | undefined, spoken: Spoken | undefined): void {
    const { limits } = this.#house
    const wire = new WebSocketWire(socket, stream, limits.bufferBytes, spoken?.line.mostFrameBytes, () => {
      return this.#house.lineFaults?.holdMs ?? 0
    })
    const interpreter = spoken && new Interpreter(wire, spoken.speech)
    const house = spoken ? { ...this.#house, limits: limitsFor(spoken.speech, limits) } : this.#house
    const connection = new Connection(house, interpreter ?? wire, identity)
    interpreter?.serve(connection)
    const reading = new PacedReading(socket, wire, connection)
    this.hold(new HeldSocket(connection, wire, socket, stream, reading))
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (interpreter) interpreter.heard(data.toString('utf8'))
      else if (isBinary) connection.misread(new Refusal('bad_frame', 'a binary frame: frames are text'))
      else void connection.heard(data.toString('utf8'))
      reading.goOn()
    })
    socket.on('pong', () => connection.alive())
    socket.on('ping', (data: Buffer) => {
      connection.counts(data.length)
      reading.goOn()
    })
    // The parser found something that is no WebSocket frame, or one over the bound; `ws` closes with the right code.
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#house.refused('frame_too_big', 'frameBytes')
      this.#house.log.debug({ connection: connection.id, err: error }, 'a frame was refused')
    })
  }

  #tick(): void {
    for (const { connection } of this.#held) connection.tick()
    // After what came in meanwhile was read: time may have stood still here, and a sign of life may be waiting.
    setImmediate(() => {
      for (const held of this.#held) held.askForLife()
    })
  }
}

/** A peer that offers subprotocols and not ours speaks something else. */
function refuseOtherSubprotocols(request: IncomingMessage): void {
  if (offersOneOf(request, SUBPROTOCOLS)) return
  throw new Refusal('bad_field', `this server speaks the subprotocol ${SUBPROTOCOLS.join(', ')}, or none`)
}

/** Answers a handshake that is refused as HTTP would: the status, and the error as JSON, in the words of the dialect. */
export function refuseUpgrade(stream: Duplex, refusal: Refusal, inDialect = refusedHandshake): void {
  const { status, headers, body } = inDialect(refusal)
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'connection: close',
      ...Object.entries({ ...SECURITY_HEADERS, ...headers }).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}

function refusedHandshake(refusal: Refusal): RefusedHandshake {
  return {
    status: ERRORS[refusal.code].http ?? 500,
    headers: { 'content-type': 'application/json; charset=utf-8', ...challengeFor(refusal) },
    body: JSON.stringify(errorFrame(refusal, {})),
  }
}
