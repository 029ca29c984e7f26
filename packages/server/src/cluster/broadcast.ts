import type { CommitBody, DraftHead } from '@longwire/agent/internal'
import type { Place } from '@longwire/protocol'
import type { LogEvent } from '../session/log-event.ts'
import type { Outward, Session } from '../session/session.ts'
import type { Packet, Saying } from './node-messages.ts'

const PACKET_CHARACTERS = 131_072

/** Says elsewhere what a session of this node says: once a tick, however many nodes and readers listen. */
export class Broadcast implements Outward {
  readonly #session: Session
  readonly #node: string
  readonly #send: (packet: Packet) => void
  #said: Saying[] = []
  #characters = 0
  #from: Place
  #isDue = false

  constructor(session: Session, node: string, send: (packet: Packet) => void) {
    this.#session = session
    this.#node = node
    this.#send = send
    this.#from = session.place
  }

  opened(draft: number, head: DraftHead): void {
    this.#say({ s: 'open', draft, head }, 200)
  }

  added(draft: number, escaped: string, place: Place, at: number): void {
    const isLong = escaped.length > PACKET_CHARACTERS
    this.#say(isLong ? { s: 'get' } : { s: 'add', draft, escaped, place, at }, escaped.length)
  }

  progressed(key: string, event: LogEvent): void {
    const isLong = event.fields.length > PACKET_CHARACTERS
    this.#say(isLong ? { s: 'get' } : { s: 'progress', key, event }, event.fields.length)
  }

  committed(seq: number, { type, step, span, task, level, reasoning }: CommitBody, json: string): void {
    const body = { type, step, span, task, level, reasoning }
    this.#say(json.length > PACKET_CHARACTERS ? { s: 'get' } : { s: 'commit', seq, body, json }, json.length)
  }

  /** Sends what was said since the last time. */
  flush(): void {
    const { place, status, updatedAt, epoch = 0 } = this.#session
    const said = this.#said
    this.#said = []
    this.#characters = 0
    this.#isDue = false
    if (said.length === 0) return
    this.#send({ node: this.#node, epoch, from: this.#from, to: place, status, at: updatedAt, said })
    this.#from = place
  }

  /** Tells whoever follows the session that it is run here now. */
  announce(): void {
    const { place, status, updatedAt, epoch = 0 } = this.#session
    this.#send({ node: this.#node, epoch, from: place, to: place, status, at: updatedAt, said: [] })
  }

  #say(saying: Saying, characters: number): void {
    this.#said.push(saying)
    this.#characters += characters
    if (this.#characters > PACKET_CHARACTERS) this.flush()
    if (this.#isDue || this.#said.length === 0) return
    this.#isDue = true
    setImmediate(() => this.flush())
  }
}
