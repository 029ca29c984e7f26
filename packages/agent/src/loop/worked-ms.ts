import type { Commit } from '@longwire/protocol'

/**
 * How long earlier runs of a turn were at work, as their log tells it: the time between one commit and the next, without
 * that in which a person or a time was waited for, or in which nobody ran the turn.
 */
export function workedMs(recorded: readonly Commit[]): number {
  const waits = new Set<string>()
  let worked = 0
  let before: number | undefined
  for (const commit of recorded) {
    const isGap =
      waits.size > 0 ||
      ((commit.type === 'turn.started' || commit.type === 'task.started') && (commit.attempt ?? 1) > 1)
    if (before !== undefined && !isGap) worked += Math.max(0, commit.at - before)
    before = commit.at
    note(waits, commit)
  }
  return worked
}

function note(waits: Set<string>, commit: Commit): void {
  if (commit.type === 'control.requested') waits.add(commit.request)
  if (commit.type === 'control.settled') waits.delete(commit.request)
  if (commit.type === 'step.started' && commit.until !== undefined) waits.add(commit.step)
  if (commit.type === 'step.finished') waits.delete(commit.step)
}
