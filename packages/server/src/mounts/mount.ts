import type { Server as HttpServer, IncomingMessage } from 'node:http'

/** Another way in on the server's own port: a protocol that has a server of its own, and hands its peers on to this one. */
export interface Mount {
  /** Upgrades below this path are the mount's to answer: `/socket.io/`. */
  readonly path: string
  /** Called once, before the server listens. Answers what lets go of everything. */
  mount(house: MountHouse): () => void | Promise<void>
}

/** What a mount finds. */
export interface MountHouse {
  readonly http: HttpServer
  readonly frameBytes: number
  readonly bufferBytes: number
  /** Pages of these origins may use the server, beside its own. */
  readonly origins: readonly string[]
  /** Why this request is not let in, whoever makes it; undefined where it may come in. */
  refusalOf(request: IncomingMessage): string | undefined
  /** Whether a WebSocket could be opened at this address: Longwire's own, or one of a dialect. */
  speaks(address: string): boolean
  /** Lets a peer in, to speak what is spoken at the address. Rejects where nobody is recognised. */
  open(peer: MountedPeer): Promise<MountedLine>
}

export interface MountedPeer {
  /** By which it came: it says who asks. */
  readonly request: IncomingMessage
  readonly address: string
  /** Where the peer has one, it says who asks in the request's place. */
  readonly ticket?: string | undefined
  readonly wire: MountWire
}

/** Moves frames to a peer of the mount. */
export interface MountWire {
  /** False when the peer's buffer is over its bound. */
  send(frame: string): boolean
  /** Resolves when there is room again, or when the peer is gone. */
  drained(): Promise<void>
  close(reason: string): void
}

/** A peer of the mount, as the server has it. */
export interface MountedLine {
  /** The peer can be told things now. */
  begin(): void
  heard(frame: string): void
  /** The peer is gone. */
  over(): void
}
