import type { Clock } from '../clock.ts'

/** A fault that is on. */
export interface OpenFault {
  readonly kind: 'block-websocket' | 'slow'
  /** Milliseconds since 1970. */
  readonly until: number
  readonly delayMs?: number
}

/** What is wrong with every line to this server because its developer wants to see what then happens. It passes by itself. */
export class LineFaults {
  readonly #clock: Clock
  #blockedUntil = 0
  #slow = { until: 0, delayMs: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether no WebSocket gets through now. */
  get isBlocking(): boolean {
    return this.#blockedUntil > this.#clock.now()
  }

  /** How long what is said now is held back. */
  get holdMs(): number {
    return this.#slow.until > this.#clock.now() ? this.#slow.delayMs : 0
  }

  get open(): readonly OpenFault[] {
    const { delayMs, until } = this.#slow
    return [
      ...(this.isBlocking ? [{ kind: 'block-websocket' as const, until: this.#blockedUntil }] : []),
      ...(this.holdMs > 0 ? [{ kind: 'slow' as const, until, delayMs }] : []),
    ]
  }

  blockWebSocket(forMs: number): void {
    this.#blockedUntil = this.#clock.now() + forMs
  }

  slowDown(forMs: number, delayMs: number): void {
    this.#slow = { until: this.#clock.now() + forMs, delayMs }
  }
}
