import type { ErrorCode } from '@longwire/protocol'

/** Moves frames to one peer and back. What differs between transports stops here. */
export interface Wire {
  /** Puts one frame. What is put in one tick leaves in one write. False when the peer's buffer is over its bound. */
  send(frame: string): boolean
  /** Resolves when the buffer has room again, or when the wire is gone. */
  drained(): Promise<void>
  /** Ends the wire: with the close code of this error, or as done. */
  close(why: ErrorCode | 'done', reason?: string): void
}
