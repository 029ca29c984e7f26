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

export type DialWire = (url: string, listener: WireListener) => Wire
