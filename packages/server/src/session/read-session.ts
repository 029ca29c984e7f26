import type { Limits, Place, SessionCommand, SessionStatus } from '@longwire/protocol'
import type { SessionStore } from '@longwire/store'
import type { Speaker } from '../commands/session-command.ts'
import type { Presence } from '../presence/presence.ts'
import type { Refusal } from '../refusal.ts'
import type { LogEvent } from './log-event.ts'
import type { OpenDrafts } from './open-drafts.ts'
import type { CommandResult } from './remembered-commands.ts'
import type { SessionState } from './session-state.ts'
import type { SessionViews } from './session-views.ts'

/** Somebody who is told of every event, from a place of their own. */
export interface Reader {
  /** Since when it reads: milliseconds since 1970. */
  readonly since: number
  tell(event: LogEvent): void
  /** There is more than was told: it has to be read, from where the reader stands. */
  missed(): void
  /** The session is read there from now on. */
  moved(to: ReadSession): void
  /** The session is gone: nothing comes any more. */
  end(why: Refusal): void
}

/** A session as its readers have it: run by this node, or followed from afar. Its places are the same either way. */
export interface ReadSession {
  readonly key: string
  readonly id: string
  readonly agent: string
  readonly principal: string
  readonly log: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly house: { readonly store: SessionStore; readonly limits: Limits }
  readonly views: SessionViews
  readonly presence: Presence
  /** Readers that hear each event as it happens. Those that lag are not here: they read from the log. */
  readonly live: Set<Reader>
  /** Everyone who reads this session here, live or behind. */
  readonly readers: Set<Reader>
  /** The last commit that readers may know of. */
  readonly head: number
  /** The last place given out, as far as is known here. */
  readonly place: Place
  readonly status: SessionStatus
  readonly drafts: OpenDrafts
  readonly hasDrafts: boolean
  /** The turn that is open, where that is known without reading the log. */
  readonly openTurn: string | undefined
  /** Drafts may have been given out of which nothing is known here. */
  readonly mayLag: boolean
  /** Where the session is read now: here, unless it was moved. */
  current(): ReadSession
  /** What decides over the session, at its head. */
  facts(): Promise<SessionState>
  /** The commits after `seq` that are in memory; undefined where they have to be read. */
  recent(seq: number): readonly LogEvent[] | undefined
  /** A page of the commits after `seq`, none beyond the head that readers may know of. */
  read(seq: number): Promise<readonly LogEvent[]>
}

/** A session that was found for somebody: to be read, and to be spoken to, wherever it is run. */
export interface FoundSession {
  readonly session: ReadSession
  perform(command: SessionCommand, speaker: Speaker): Promise<CommandResult>
}
