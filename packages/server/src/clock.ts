import { randomBytes } from 'node:crypto'

/** Time and chance, handed in so that a test can hold them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** 256 bits of chance in letters, digits, `-` and `_`. */
  randomId(): string
  /** 0 to 1, without 1. */
  random(): number
}

export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  randomId: () => randomBytes(32).toString('base64url'),
  random: Math.random,
}

/** This clock, corrected by so many milliseconds. */
export function aheadBy(clock: Clock, ms: () => number): Clock {
  return { now: () => clock.now() + ms(), randomId: () => clock.randomId(), random: () => clock.random() }
}
