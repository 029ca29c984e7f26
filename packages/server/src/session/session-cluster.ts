import type { SessionCommand } from '@longwire/protocol'
import type { Parting, SessionRecord } from '@longwire/store'
import type { Speaker } from '../commands/session-command.ts'
import type { Presence } from '../presence/presence.ts'
import type { ReadSession } from './read-session.ts'
import type { CommandResult } from './remembered-commands.ts'
import type { Session } from './session.ts'

/** What is done to a session where it is run. */
export type Act =
  | { readonly do: 'command'; readonly command: SessionCommand; readonly speaker: Speaker }
  | { readonly do: 'erase' }
  /** Ends the worker that runs its turn. */
  | { readonly do: 'kill'; readonly why: string }

/** What an act made. `killed`: whether there was a worker to end. */
export type ActResult = CommandResult & { readonly killed?: boolean }

/** What became of an act at another node. `elsewhere`: it was not done there, look again who runs the session. */
export type ActOutcome =
  | { readonly kind: 'done'; readonly result: ActResult }
  | { readonly kind: 'elsewhere' }
  /** Nobody answered: it may have been done. */
  | { readonly kind: 'silent' }

/** Who runs a session that was asked for. */
export type Taken =
  | { readonly kind: 'here'; readonly record: SessionRecord }
  | { readonly kind: 'elsewhere'; readonly node: string }

/** The other nodes, as the sessions of this one need them. There are none where the store is this node's alone. */
export interface SessionCluster {
  /** This node, as the store knows it. */
  readonly node: string
  /** The id of the session that this command makes: the same on every node. */
  idFor(principal: string, command: string): string
  /** Takes the session for this node, or says who has it. Undefined where there is no such session. */
  take(key: string): Promise<Taken | undefined>
  /** Who reads the session, here and on other nodes. */
  presenceOf(key: string): Presence
  /** The session as its readers here have it while it is run elsewhere, or by nobody. */
  follow(key: string): Promise<ReadSession | undefined>
  /** Where those who read it here read on, now that it is not run here any more. */
  successorOf(lost: Session): ReadSession
  /** It is run here from now on: those who followed it from here read it here, and other nodes hear of it. */
  arrived(session: Session): void
  /** Lets go of what runs here where others may have taken it by now: a node that was frozen does not know yet. */
  letGoIfCut(): void
  /** The store may say that this node has it, and it does not run here: it is looked at again soon, and run where it is ours. */
  takeAgain(key: string): void
  /** It leaves memory: nobody needs to run it. */
  rests(session: Session): Promise<void>
  /** It is given up: its turn, where it wants a runner, goes on at another node if there is one. */
  handOver(session: Session, parting: Parting): Promise<void>
  /** Whether somebody reads it on another node. */
  isFollowed(session: Session): boolean
  /** Does it at that node, which takes the session where nobody has it. */
  actAt(node: string, key: string, act: Act): Promise<ActOutcome>
  /** The node to do things at while this one takes no sessions. */
  anotherNode(): string | undefined
  /** The keys of sessions that are due and that this node runs, or could. */
  due(before: number, limit: number): Promise<readonly string[]>
}
