import type { Commit, EventOf, Metadata, NewCommit } from '@longwire/protocol'
import { overLimit } from '../limits/over-limit.ts'
import type { Refusal } from '../refusal.ts'
import { endOf } from '../turn/turn-commits.ts'
import { commitBody, commitJson, type DistributiveOmit } from './log-event.ts'
import { OpenDrafts } from './open-drafts.ts'
import type { ReadSession } from './read-session.ts'
import type { SessionHouse } from './session.ts'
import { foldState, NEW_SESSION, type SessionState } from './session-state.ts'

/** What a fork is to be. */
export interface WantedFork {
  /** The last commit that it has of the session it comes from. */
  readonly at: number
  readonly session?: string | undefined
  /** What is kept with it beside what was kept with that session. */
  readonly metadata?: Metadata | undefined
  /** The id of the command, so that the same command again finds this fork. */
  readonly command?: string | undefined
}

export interface Fork {
  readonly commits: readonly string[]
  readonly metadata: Metadata
  readonly summary: string | undefined
}

const PAGE = { limit: 1_000, bytes: 8_388_608 }

/**
 * The log of a session up to a commit, as that of a session of its own: under another id, with where it comes from, and
 * brought to rest. Nothing of it goes on by itself, so that what is tried there does not happen twice.
 */
export async function forkOf(
  source: ReadSession,
  house: SessionHouse,
  session: string,
  { at, metadata, command }: WantedFork,
): Promise<Fork> {
  const [opened, ...rest] = await commitsUpTo(source, at)
  const first = { ...(opened as EventOf<'session.opened'>), session, command }
  const forkedFrom = { session: source.id, at: String(at) }
  const log: Commit[] = [{ ...first, metadata: { ...first.metadata, forkedFrom } }, ...rest]
  let state = log.reduce(foldState, NEW_SESSION)
  const now = house.clock.now()
  const add = (event: DistributiveOmit<Commit, 'seq' | 'at'>) => {
    const commit = { ...event, seq: log.length + 1, at: now } as Commit
    log.push(commit)
    state = foldState(state, commit)
  }
  if (metadata !== undefined) add({ type: 'session.described', changes: metadata, by: source.principal })
  for (const event of atRest(house, state, now)) add(event)
  const commits = log.map(({ seq, ...event }) => commitJson(seq, commitBody(event as never, event.at)))
  refuseTooBig(commits, source)
  return { commits, metadata: state.metadata, summary: state.summary }
}

/** What ends all that is under way in this state. */
function atRest(
  house: SessionHouse,
  state: SessionState,
  now: number,
): readonly DistributiveOmit<Commit, 'seq' | 'at'>[] {
  const body = (event: DistributiveOmit<NewCommit, 'at'>) => commitBody(event, now)
  const ground = { state, house, body, drafts: new OpenDrafts() }
  const ended = state.turn ? endOf(ground, { outcome: 'cancelled' }).map(({ json }) => JSON.parse(json) as Commit) : []
  const returned = ended.flatMap((event) => (event.type === 'input.returned' ? [event.input] : []))
  const waiting = state.waiting.filter(({ input }) => !returned.includes(input))
  return [
    ...ended,
    ...waiting.map(({ input }) => ({ type: 'input.returned' as const, input, reason: 'withdrawn' as const })),
    ...state.tasks.map(({ task }) => ({ type: 'task.finished' as const, task, outcome: 'cancelled' as const })),
    ...state.schedules.map(({ schedule }) => ({
      type: 'schedule.ended' as const,
      schedule,
      reason: 'cancelled' as const,
    })),
  ]
}

/** A session that was closed is forked as it was before: nothing could be said in a closed one. */
async function commitsUpTo(source: ReadSession, at: number): Promise<readonly Commit[]> {
  const commits: Commit[] = []
  let bytes = 0
  while (commits.length < at) {
    const page = await source.house.store.read(source.key, commits.length, PAGE)
    if (page.length === 0) throw new Error(`the log of ${source.id} ends at ${commits.length}, not at ${at}`)
    for (const { seq, json } of page) if (seq <= at) commits.push(JSON.parse(json) as Commit)
    bytes += page.reduce((sum, { json }) => sum + json.length, 0)
    if (bytes > 2 * source.house.limits.forkBytes) throw tooBig(source)
  }
  return commits.at(-1)?.type === 'session.closed' ? commits.slice(0, -1) : commits
}

function refuseTooBig(commits: readonly string[], source: ReadSession): void {
  const bytes = commits.reduce((sum, json) => sum + Buffer.byteLength(json), 0)
  if (bytes > source.house.limits.forkBytes) throw tooBig(source)
}

function tooBig({ house }: ReadSession): Refusal {
  return overLimit('forkBytes', `at: the log up to there is over ${house.limits.forkBytes} bytes`)
}
