import { setImmediate as breath } from 'node:timers/promises'
import type { ShareLine } from '../src/wire/dials.ts'
import type { Wire, WireListener, WireName, WireTarget } from '../src/wire/wire.ts'

/** A wire that goes nowhere: the test says what comes over it, and reads what was said. */
class HeldWire implements Wire {
  readonly name: WireName
  readonly said: unknown[] = []
  isClosed = false
  readonly #target: WireTarget
  readonly #listener: WireListener

  constructor(name: WireName, target: WireTarget, listener: WireListener) {
    this.name = name
    this.#target = target
    this.#listener = listener
  }

  credentials(): ReturnType<WireTarget['credentials']> {
    return this.#target.credentials()
  }

  welcome(connection: string, heartbeatMs: number): void {
    this.#listener.opened()
    const welcome = { type: 'welcome', protocol: 1, connection, principal: 'local', heartbeatMs, limits: {} }
    this.#listener.heard(JSON.stringify(welcome))
  }

  send(frame: string): void {
    this.said.push(JSON.parse(frame))
  }

  close(): void {
    this.isClosed = true
  }
}

/** Stands in the place of every wire that a client dials. */
export class HeldWires {
  readonly #dialled: HeldWire[] = []

  readonly share: ShareLine = (_, name) => (target, listener) => {
    const wire = new HeldWire(name, target, listener)
    this.#dialled.push(wire)
    return wire
  }

  /** The next one that is dialled. */
  async next(): Promise<HeldWire> {
    while (this.#dialled.length === 0) await breath()
    return this.#dialled.shift()!
  }
}
