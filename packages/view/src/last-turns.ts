import type { SessionView } from './session-view.ts'

/**
 * The view with its last `count` turns, at least one; `earlier` says how many came before them. Tasks that were over
 * and had begun before those turns go with the turns. What a person still has to answer or wait for stays.
 */
export function lastTurns(view: SessionView, count: number): SessionView {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a view keeps at least one turn, not ${count}`)
  const dropped = Math.max(0, view.turns.length - count)
  const earlier = view.earlier + dropped
  if (earlier === 0) return view
  const turns = dropped === 0 ? view.turns : view.turns.slice(dropped)
  const since = turns[0]!.startedAt
  const tasks = view.tasks.filter((task) => task.outcome === undefined || task.startedAt >= since)
  if (dropped === 0 && tasks.length === view.tasks.length) return view
  return { ...view, turns, earlier, tasks: tasks.length === view.tasks.length ? view.tasks : tasks }
}
