import type { DraftHead } from '@longwire/agent/internal'
import type { ErrorCode, Level, Place, SessionStatus } from '@longwire/protocol'
import type { Identity } from '../auth/verifier.ts'
import type { RefusalDetail } from '../refusal.ts'
import type { LogEvent } from '../session/log-event.ts'
import type { DraftsText, Superseding } from '../session/open-drafts.ts'
import type { Act, ActResult } from '../session/session-cluster.ts'
import type { PolledFrames } from '../wires/polled-line-wire.ts'

// What nodes say to each other. All of it may be lost, late or said twice.

export type Question =
  /** Do this, if you run the session or nobody does. */
  | { readonly ask: 'act'; readonly key: string; readonly act: Act }
  /** I follow these sessions that you run, and stand there. */
  | { readonly ask: 'watch'; readonly node: string; readonly sessions: readonly Standing[] }
  /** This session's turn wants a runner. */
  | { readonly ask: 'adopt'; readonly key: string }
  /** You made this ticket. */
  | { readonly ask: 'ticket'; readonly token: string; readonly act: TicketAct }
  /** You began this line over HTTP. */
  | { readonly ask: 'line'; readonly line: string; readonly act: LineAct }

export type LineAct =
  | { readonly do: 'frames'; readonly frames: string }
  | { readonly do: 'poll'; readonly number: number; readonly waitMs: number }
  | { readonly do: 'cut' }

export type TicketAct =
  | { readonly do: 'redeem' | 'look' | 'holds' }
  | { readonly do: 'revoke'; readonly asker: Identity }

export interface Standing {
  readonly key: string
  readonly epoch: number
  readonly at: Place
}

export type Answer =
  | { readonly kind: 'done'; readonly result: ActResult }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string; readonly detail: RefusalDetail }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'polled'; readonly polled: PolledFrames }
  /** One for each session that was asked for; null for one that is not run there. */
  | { readonly kind: 'watched'; readonly sessions: readonly (Watched | null)[] }

/** A session as its owner has it. */
export interface Watched {
  readonly epoch: number
  readonly at: Place
  readonly status: SessionStatus
  /** What is being said; left out for whoever stands there already. */
  readonly drafts?: DraftsText | undefined
}

/** What an owner said in one tick, from one place to another. */
export interface Packet {
  readonly node: string
  readonly epoch: number
  readonly from: Place
  readonly to: Place
  readonly status: SessionStatus
  readonly at: number
  readonly said: readonly Saying[]
}

export type Saying =
  | { readonly s: 'open'; readonly draft: number; readonly head: DraftHead }
  | {
      readonly s: 'add'
      readonly draft: number
      readonly escaped: string
      readonly place: Place
      readonly at: number
    }
  | { readonly s: 'progress'; readonly key: string; readonly event: LogEvent }
  | {
      readonly s: 'commit'
      readonly seq: number
      readonly body: Superseding & { readonly level?: Level | undefined; readonly reasoning?: boolean | undefined }
      readonly json: string
    }
  /** Something that is too long for the bus: it has to be asked for. */
  | { readonly s: 'get' }

export function topicOf(key: string): string {
  return `session-${key}`
}
