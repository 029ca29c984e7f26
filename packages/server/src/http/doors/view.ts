import { type Filter, LIMITS, type SessionEvent } from '@longwire/protocol'
import { emptyView, fold, lastTurns, type SessionView } from '@longwire/view'
import { reach } from '../../auth/access.ts'
import { Refusal } from '../../refusal.ts'
import { filteredView } from '../../session/filtered-view.ts'
import type { ReadSession } from '../../session/read-session.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { wholeNumber } from '../request.ts'
import { filterOf } from './events.ts'

/** The view: at the head, or the turns before an older one. */
export function viewDoor(doors: Doors, { sessions, limits }: DoorHouse): void {
  doors.get('/v1/sessions/:session/view', async (c) => {
    const { session } = await reach(sessions, c.get('identity'), c.req.param('session'))
    const filter = filterOf(c)
    const turns = wholeNumber(c, 'turns', { least: 1, most: limits.viewTurnsMost })
    const before = c.req.query('before')
    if (before !== undefined) {
      const older = await olderTurns(session, seqOf(before, session.head), turns ?? limits.viewTurns)
      return c.json(filteredView(older, filter))
    }
    if (turns === undefined || turns <= LIMITS.viewTurns) {
      return c.json(lastTurns(await session.views.current(filter), turns ?? limits.viewTurns))
    }
    return c.json(await longView(session, turns, filter))
  })
}

/** More turns than a session keeps folded. What is committed while they are read is read too. */
async function longView(session: ReadSession, turns: number, filter: Filter): Promise<SessionView> {
  for (;;) {
    const { head } = session
    const view = await olderTurns(session, head + 1, turns)
    if (session.head === head) return session.views.withDrafts(view, filter)
  }
}

/** Turns are named for the commit that started them, so the name says where to read. */
function seqOf(before: string, head: number): number {
  const seq = Number(/^t([1-9]\d{0,15})$/.exec(before)?.[1])
  if (!(seq <= head)) throw new Refusal('turn_not_found', `before must name a turn of this session, such as t4`)
  return seq
}

const FIRST_WINDOW = 256
const READ = { limit: 1_000, bytes: 8_388_608 }

/**
 * The last `turns` turns that began before commit `seq`, folded from as little of the log as holds them. The cost is that
 * of the turns asked for, whatever the length of the log.
 */
async function olderTurns(session: ReadSession, seq: number, turns: number): Promise<SessionView> {
  for (let window = FIRST_WINDOW; ; window *= 2) {
    const from = Math.max(1, seq - window)
    const view = await foldRange(session, from, seq)
    if (view.turns.length < turns && from > 1) continue
    const last = lastTurns(view, turns)
    // How many turns came before the range is not known without reading it: at least one did.
    return { ...last, earlier: from === 1 ? last.earlier : Math.max(1, last.earlier), at: String(seq - 1) }
  }
}

/** Folds the commits from `from` to before `seq`: only turns that begin in this range are in the view. */
async function foldRange(session: ReadSession, from: number, seq: number): Promise<SessionView> {
  const events: SessionEvent[] = []
  for (let at = from - 1; at < seq - 1; ) {
    const commits = await session.house.store.read(session.key, at, READ)
    if (commits.length === 0) break
    events.push(...commits.filter((each) => each.seq < seq).map(({ json }) => JSON.parse(json) as SessionEvent))
    at = commits.at(-1)!.seq
  }
  if (from === 1) return events.reduce(fold, emptyView())
  // A turn that began before the range would be shown without its beginning: of what is before the first turn here,
  // only the inputs count, which may be of a later one.
  const began = events.findIndex(({ type }) => type === 'turn.started')
  const before = began === -1 ? events : events.slice(0, began)
  const accepted = before.filter(({ type }) => type === 'input.accepted')
  const early = [await readCommit(session, 1), ...(await inputsBefore(session, events, from)), ...accepted]
  return [...early, ...(began === -1 ? [] : events.slice(began))].reduce(fold, emptyView())
}

/** Inputs that were accepted before the range and applied in it: they too are named for their commit. */
async function inputsBefore(
  session: ReadSession,
  events: readonly SessionEvent[],
  from: number,
): Promise<SessionEvent[]> {
  const seqs = events.flatMap((event) => (event.type === 'input.applied' ? [Number(event.input.slice(1))] : []))
  const early = seqs.filter((seq) => Number.isSafeInteger(seq) && seq < from).sort((a, b) => a - b)
  return Promise.all(early.map((seq) => readCommit(session, seq)))
}

async function readCommit(session: ReadSession, seq: number): Promise<SessionEvent> {
  const [commit] = await session.house.store.read(session.key, seq - 1, { limit: 1, bytes: 1 })
  if (!commit) throw new Error(`commit ${seq} of ${session.id} is missing`)
  return JSON.parse(commit.json) as SessionEvent
}
