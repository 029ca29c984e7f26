import type { Commit } from '@longwire/protocol'
import type { Checkpoint, SessionRecord, SessionStore } from '@longwire/store'
import type { SessionView } from '@longwire/view'
import { foldState, NEW_SESSION, type SessionState } from './session-state.ts'

/** A fold kept beside the log: what a session needs in order to go on without reading all of it. */
export interface KeptFold {
  readonly state: SessionState
  readonly view: SessionView
}

/** Of the shape of what is kept: another one is not read. */
const VERSION = 3
const PAGE = { limit: 1_000, bytes: 8_388_608 }

export function keptFoldJson({ state, view }: KeptFold): string {
  return JSON.stringify({ version: VERSION, state, view })
}

function readFold(checkpoint: Checkpoint | undefined): KeptFold | undefined {
  const kept = checkpoint && (JSON.parse(checkpoint.json) as Partial<KeptFold> & { readonly version?: number })
  return kept?.version === VERSION ? (kept as KeptFold) : undefined
}

export interface FoldedLog {
  readonly state: SessionState
  /** The fold for people as far as it was kept. */
  readonly view: SessionView | undefined
  /** The commit up to which a fold was kept; 0 for none. */
  readonly keptAt: number
}

/** The state that the log of this session led to, from what was kept and the commits after it. `each` sees those. */
export async function foldLog(
  store: SessionStore,
  { key, session, head }: Pick<SessionRecord, 'key' | 'session' | 'head'>,
  each: (commit: Commit) => void = () => {},
): Promise<FoldedLog> {
  const checkpoint = await store.loadCheckpoint(key)
  const kept = readFold(checkpoint)
  const keptAt = kept ? checkpoint!.seq : 0
  let state = kept?.state ?? NEW_SESSION
  for (let seq = keptAt; seq < head; ) {
    const commits = await store.read(key, seq, PAGE)
    if (commits.length === 0) throw new Error(`the log of ${session} ends at ${seq}, not at ${head}`)
    for (const { json } of commits.filter((each) => each.seq <= head)) {
      const commit = JSON.parse(json) as Commit
      state = foldState(state, commit)
      each(commit)
    }
    seq = commits.at(-1)!.seq
  }
  return { state, view: kept?.view, keptAt }
}
