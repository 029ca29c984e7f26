import type { IncomingMessage } from 'node:http'
import type { Command, Frame, SessionEvent } from '@longwire/protocol'
import type { Identity } from '../auth/verifier.ts'
import type { ConnectionHouse } from '../connection/connection.ts'
import type { DoorHouse, Doors } from '../http/context.ts'
import type { Refusal } from '../refusal.ts'

/** What dialects need of the house: what a connection needs, and what a door needs. */
export interface DialectHouse extends DoorHouse, ConnectionHouse {
  /** Names by which peers of other protocols call an agent. */
  readonly agentAliases: Readonly<Record<string, string>>
}

/** A foreign protocol at the edge: the addresses it is spoken at, over HTTP and over WebSocket. */
export interface Dialect {
  readonly doors: (doors: Doors, house: DialectHouse) => void
  /** What is spoken where this handshake leads; undefined where its address is none of this dialect's. */
  readonly line: (request: IncomingMessage, house: DialectHouse) => Line | undefined
}

/** A WebSocket that speaks a dialect. */
export interface Line {
  /** Who speaks, where the peer names somebody for whom it does; whoever was verified unless given. Throws a refusal. */
  readonly actsAs?: (identity: Identity) => Identity
  /** Rejects with a refusal where this peer may not, or names what is not there. */
  readonly speak: (identity: Identity) => Promise<Speech>
  /** How the dialect refuses a handshake; as the protocol does where it is left out. */
  readonly refuse?: (refusal: Refusal) => RefusedHandshake
  /** What the answer to the handshake carries beside what every one does. Asked for once `speak` has resolved. */
  readonly headers?: () => readonly string[]
  /** No WebSocket frame to this peer is longer: a longer message goes out in several. */
  readonly mostFrameBytes?: number
}

export interface RefusedHandshake {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What there is to do after something was heard or told. All of it is optional, and done in this order. */
export interface Reply {
  /** Frames for the peer. */
  readonly tell?: readonly string[]
  /** Commands of the protocol, in the peer's name. */
  readonly ask?: readonly Command[]
  /** Frames of a peer that speaks the protocol itself, as they came. */
  readonly pass?: readonly string[]
  /** The line ends after this. */
  readonly end?: End
}

export interface End {
  /** The close code, where the line is a WebSocket. */
  readonly code: number
  readonly reason: string
  /** Set where the line ends because of it. */
  readonly refusal?: Refusal
}

export const NOTHING: Reply = {}

/** Whatever the server tells: a frame, or an event of a session. */
export type Told = Frame | ((SessionEvent | { readonly type: string }) & { readonly ch?: number })

/**
 * One peer that speaks a dialect: what it says becomes commands of the protocol, what the protocol answers becomes frames of
 * the dialect. It holds no session, writes to no socket, and reads no clock, so it is tested with recordings.
 */
export interface Speech {
  /** Commits over so many bytes come to it as stubs; whole, however long, where it is left out. */
  readonly stubBytes?: number | undefined
  /** Once, when the peer is known. */
  begin(): Reply
  /** The peer sent this. */
  heard(frame: string): Reply
  /** The server tells the peer this: parsed, and as the text it is. */
  told(frame: Told, text: string): Reply
}
