import type { Commit } from '@longwire/protocol'
import type { SessionRecord, SessionStore } from '@longwire/store'
import { emptyView, fold, lastTurns, type SessionView } from '@longwire/view'
import type { CommandGround } from '../commands/session-command.ts'
import { foldLog } from './kept-fold.ts'
import type { SessionState } from './session-state.ts'

/** What a session is at, for one who only looks. */
export interface Sight {
  readonly state: SessionState
  readonly view: SessionView
  /** Whether an agent is at work on its turn in this process. */
  readonly isHere: boolean
}

const TURNS = 20

export async function sightOf({ session, turns }: CommandGround): Promise<Sight> {
  let view = await session.views.committed()
  // The head may have moved while the log was read; from here on nothing waits, so that all three are of one moment.
  while (Number(view.at) !== session.head) view = await session.views.committed()
  return { state: session.state, view, isHere: turns.isLive }
}

/** From the log alone: nobody else notices, whoever runs the session. */
export async function sightOfLog(store: SessionStore, record: SessionRecord): Promise<Sight> {
  const commits: Commit[] = []
  const { state, view: kept } = await foldLog(store, record, (commit) => commits.push(commit))
  let view = kept ?? emptyView()
  for (const commit of commits) view = lastTurns(fold(view, commit), TURNS)
  return { state, view, isHere: false }
}
