import type { Budget } from '@longwire/agent'
import type { SessionRecord } from '@longwire/store'
import { workedMs } from '../session/open-turn.ts'
import type { Sight } from '../session/sight.ts'
import { budgetRows, spentOf } from './budget-rows.ts'

// What operators see of sessions that are not theirs: what goes on and what it costs, and of what is said no more than
// what the session is called and what a person is asked.

/** Which session it is, and whose. */
function addressOf({ key, session, principal, agent }: SessionRecord) {
  return { key, session, principal, agent }
}

export function sessionRow(record: SessionRecord) {
  const { status, head, metadata, summary, createdAt, updatedAt } = record
  return { ...addressOf(record), status, head, metadata, summary, createdAt, updatedAt }
}

/** None where the turn that the store speaks of is over by now, or has yet to begin. */
export function turnRows(
  record: SessionRecord,
  { state, view, isHere }: Sight,
  now: number,
  budget: Budget = {},
): readonly object[] {
  const { turn, used } = state
  if (!turn) return []
  const shown = view.turns.find((each) => each.turn === turn.turn)
  const requests = state.requests.filter((request) => request.turn === turn.turn).length
  const worked = workedMs(turn, now)
  const usage = shown?.usage ?? {}
  const toolCalls = used.toolCalls - turn.usedBefore.toolCalls
  const spent = {
    turn: spentOf(usage, toolCalls, worked),
    session: spentOf(view.usage, used.toolCalls, used.wallMs + worked),
  }
  return [
    {
      ...addressOf(record),
      turn: turn.turn,
      status: requests > 0 ? 'waiting' : 'running',
      cause: turn.cause,
      attempt: turn.attempt,
      startedAt: turn.startedAt,
      workedMs: worked,
      usage,
      toolCalls,
      sessionUsage: view.usage,
      sessionToolCalls: used.toolCalls,
      budgets: budgetRows(budget, spent, shown?.requests ?? []),
      requests,
      isHere,
    },
  ]
}

export function requestRows(record: SessionRecord, { view }: Sight): readonly object[] {
  return view.requests.map((request) => ({ ...addressOf(record), ...request }))
}
