import { isAfter, parsePlace, type SessionEvent } from '@longwire/protocol'
import { emptyView, fold, type SessionView } from '@longwire/view'
import { WebSocket } from 'ws'
import type { Dice } from './dice.ts'

interface Frame {
  readonly type: string
  readonly [field: string]: unknown
}

export interface ReaderHouse {
  readonly urls: () => readonly string[]
  readonly dice: Dice
  readonly patienceMs: number
}

const PING_MS = 150

/** Somebody who reads a session for as long as the storm lasts, from whichever node answers, and keeps all that it saw. */
export class StormReader {
  readonly session: string
  readonly faults: string[] = []
  /** The commits that it was given, by number. */
  readonly commits = new Map<number, string>()
  view: SessionView = emptyView()
  reconnects = -1
  resets = 0
  readonly #house: ReaderHouse
  readonly #onRequest: (request: Frame) => void
  #place = '0'
  #log: string | undefined
  #socket: WebSocket | undefined
  #heardAt = 0
  #isOver = false

  constructor(session: string, house: ReaderHouse, onRequest: (request: Frame) => void = () => {}) {
    this.session = session
    this.#house = house
    this.#onRequest = onRequest
    this.#connect()
    this.#watch()
  }

  get seq(): number {
    return parsePlace(this.#place)!.seq
  }

  close(): void {
    this.#isOver = true
    this.#socket?.terminate()
  }

  #connect(): void {
    if (this.#isOver) return
    this.reconnects += 1
    this.#heardAt = performance.now()
    const socket = new WebSocket(`${this.#house.dice.of(this.#house.urls()).replace('http', 'ws')}/v1/socket`)
    this.#socket = socket
    socket.on('open', () => socket.send(JSON.stringify(this.#attach())))
    socket.on('message', (data) => {
      if (socket === this.#socket) this.#hear(JSON.parse(String(data)) as Frame)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (socket === this.#socket) this.#again()
    })
  }

  #attach(): object {
    const from = this.#log === undefined ? { after: '0' } : { after: this.#place, log: this.#log }
    return { type: 'attach', id: 'attach', ch: 1, session: this.session, trace: 'debug', ...from }
  }

  #again(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.terminate()
    setTimeout(() => this.#connect(), this.#house.dice.whole(10, 60))
  }

  /** A line on which nothing is heard, though it is asked for, is as good as none. */
  #watch(): void {
    const timer = setInterval(() => {
      if (this.#isOver) return clearInterval(timer)
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('{"type":"ping","id":"p"}')
      if (this.#socket && performance.now() - this.#heardAt > this.#house.patienceMs) this.#again()
    }, PING_MS)
  }

  #hear(frame: Frame): void {
    this.#heardAt = performance.now()
    switch (frame.type) {
      case 'welcome':
      case 'pong':
      case 'heartbeat':
        return
      case 'attached':
        this.#attached(frame)
        return
      case 'snapshot':
        this.#place = String(frame.at)
        this.view = frame.view as SessionView
        return
      case 'goaway':
      case 'error':
        this.#again()
        return
      default:
        this.#take(frame)
    }
  }

  #attached(frame: Frame): void {
    if (frame.recovered === 'reset') {
      this.resets += 1
      this.faults.push(`was reset at ${this.#place}`)
    }
    this.#log = String(frame.log)
  }

  #take({ ch: _, ...frame }: Frame): void {
    const event = frame as unknown as SessionEvent & { readonly sub?: number }
    const place = { seq: event.seq, sub: event.sub ?? 0 }
    if (!isAfter(place, parsePlace(this.#place)!)) {
      this.faults.push(`was given ${place.seq}.${place.sub} at ${this.#place}`)
      return
    }
    if (place.sub === 0) {
      if (place.seq !== this.seq + 1) this.faults.push(`was given ${place.seq} after ${this.#place}`)
      this.commits.set(place.seq, JSON.stringify(event))
    }
    this.#place = place.sub === 0 ? `${place.seq}` : `${place.seq}.${place.sub}`
    this.view = fold(this.view, event)
    if (event.type === 'control.requested') this.#onRequest(frame)
  }
}
