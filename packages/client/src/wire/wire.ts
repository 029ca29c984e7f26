import type { Credentials } from '../auth/credentials.ts'

/** Moves frames between this client and a server, and knows nothing of what they say. */
export interface Wire {
  /** Only between `opened` and `closed`. */
  send(frame: string): void
  /** Lets go of the wire. Nothing is heard of it afterwards. */
  close(): void
}

export interface WireListener {
  opened(): void
  heard(frame: string): void
  /** The other side or the network ended it, with a close code of the protocol or of WebSocket. At most once. */
  closed(code: number): void
}

/** The wires there are, the best first: what one network blocks another lets through. */
export const WIRES = ['websocket', 'sse', 'poll'] as const
export type WireName = (typeof WIRES)[number]

export interface WireTarget {
  /** Ends in a slash. */
  readonly base: URL
  /** Who asks, as of now: what a wire sends later carries what holds then. */
  readonly credentials: () => Credentials
}

export type DialWire = (target: WireTarget, listener: WireListener) => Wire

/** The network ended it, or something on the way that is no Longwire server. */
export const CUT = 1006
