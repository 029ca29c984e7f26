import { dialWebSocket } from './wire/web-socket-wire.ts'
import type { DialWire } from './wire/wire.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `then` once after `ms`, unless the function it returns is called before. */
  after(ms: number, then: () => void): () => void
}

/** Time, chance and the network, handed in so that a test can hold them. */
export interface Outside {
  readonly clock: Clock
  /** From 0 up to, but not, 1. */
  readonly chance: () => number
  /** An id that nobody else chooses. */
  readonly randomId: () => string
  readonly dial: DialWire
  readonly fetch: typeof globalThis.fetch
}

const clock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

export interface OutsideOptions extends Partial<Omit<Outside, 'dial'>> {
  /** A constructor with the browser's interface; the global one unless given. */
  readonly webSocket?: typeof globalThis.WebSocket
}

export function outside(options: OutsideOptions): Outside {
  return {
    clock: options.clock ?? clock,
    chance: options.chance ?? Math.random,
    randomId: options.randomId ?? (() => crypto.randomUUID()),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    dial: dialWebSocket(options.webSocket ?? globalThis.WebSocket),
  }
}
