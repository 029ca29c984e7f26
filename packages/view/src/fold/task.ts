import type { EventOf } from '@longwire/protocol'
import { defined } from '../defined.ts'
import type { SessionView, TaskView } from '../session-view.ts'
import { addUsage } from '../usage.ts'

export function taskStarted(view: SessionView, { task, label, at }: EventOf<'task.started'>): SessionView {
  if (view.tasks.some((known) => known.task === task)) return view
  return { ...view, tasks: [...view.tasks, { task, label, startedAt: at }] }
}

/** Of the progress of a task only the latest counts, and none once it is finished. */
export function taskProgress(view: SessionView, { task, fraction, label }: EventOf<'task.progress'>): SessionView {
  return withTask(view, task, (open) => ({ ...open, fraction, progressLabel: label }))
}

export function taskFinished(view: SessionView, event: EventOf<'task.finished'>): SessionView {
  const { task, outcome, result, usage } = event
  const counted = usage === undefined ? view : { ...view, usage: addUsage(view.usage, usage) }
  return withTask(counted, task, (open) => ({
    ...open,
    fraction: undefined,
    progressLabel: undefined,
    outcome,
    result,
  }))
}

function withTask(view: SessionView, id: string, change: (open: TaskView) => TaskView): SessionView {
  const index = view.tasks.findIndex(({ task, outcome }) => task === id && outcome === undefined)
  const task = view.tasks[index]
  return task === undefined ? view : { ...view, tasks: view.tasks.with(index, defined(change(task))) }
}
