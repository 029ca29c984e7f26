import type { Connection } from '../connection/connection.ts'

/** A connection as the server keeps time for it: what to do about its wire differs, when to do it does not. */
export interface HeldWire {
  readonly name: 'websocket' | 'sse' | 'poll'
  readonly connection: Connection
  readonly wire: { readonly buffered: number }
  /** Resolves when the wire is gone. */
  readonly gone: Promise<void>
  /** Asks the peer for a sign of life where it has been silent, and lets go of one that gives none. */
  askForLife(): void
  /** Ends the wire without a word. */
  cut(): void
}
