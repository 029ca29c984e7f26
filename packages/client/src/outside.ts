import { later } from './later.ts'
import type { Wakes } from './link/wake.ts'
import { type Dials, dialsOf, type ShareLine } from './wire/dials.ts'

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
  readonly dials: Dials
  readonly fetch: typeof globalThis.fetch
  /** When the network or the page is back. */
  readonly wakes: Wakes
}

const clock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    // A timer holds 31 bits of milliseconds. What is later than that is asked for again.
    const timer = setTimeout(then, Math.min(ms, 2_147_483_647))
    return () => clearTimeout(timer)
  },
}

// `randomUUID` is there for pages over HTTPS alone.
function randomId(): string {
  return crypto.getRandomValues(new BigUint64Array(2)).join('')
}

export interface OutsideOptions extends Partial<Omit<Outside, 'dials'>> {
  /** A constructor with the browser's interface; the global one unless given. */
  readonly webSocket?: typeof globalThis.WebSocket
  /** One connection for several clients: `tabs()` of `@longwire/client/tabs`. Each has its own unless given. */
  readonly share?: ShareLine
}

export function outside(options: OutsideOptions): Outside {
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  return {
    clock: options.clock ?? clock,
    chance: options.chance ?? Math.random,
    randomId: options.randomId ?? randomId,
    fetch,
    dials: dialsOf(options, fetch),
    wakes: options.wakes ?? ((wake) => later(import('./link/wake.ts'), ({ pageWakes }) => pageWakes(wake))),
  }
}
