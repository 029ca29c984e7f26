import type { CommitBody } from '@longwire/agent/internal'
import type { Session } from '../session/session.ts'
import { nextInputs, scheduledStart, startOf, taskStart } from './turn-commits.ts'

/**
 * The commits that start the next turn once `before` is written and no turn is open: what a person sent goes first, then
 * what a background task has to say, then what came due. None where nothing calls for a turn.
 */
export function nextTurn(session: Session, before: readonly CommitBody[]): readonly CommitBody[] {
  const { state } = session
  if (state.closed) return []
  const seq = session.head + before.length + 1
  const returned = new Set(
    before.flatMap(({ type, json }) =>
      type === 'input.returned' ? [(JSON.parse(json) as { input: string }).input] : [],
    ),
  )
  const inputs = nextInputs(state.waiting.filter(({ input }) => !returned.has(input)))
  if (inputs.length > 0) return startOf(session, seq, inputs)
  const [spoken] = state.unspoken
  if (spoken) return taskStart(session, seq, spoken.task)
  const now = session.house.clock.now()
  const due = state.schedules.filter(({ next }) => next <= now).sort((a, b) => a.next - b.next)[0]
  return due ? scheduledStart(session, seq, due) : []
}
