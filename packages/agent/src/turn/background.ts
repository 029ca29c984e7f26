import { answeredFromLog } from './answered-from-log.ts'
import { AgentFailure } from './failure.ts'
import { NEVER, type RunningTurn } from './running-turn.ts'
import type { BackgroundOptions, Task } from './turn.ts'

/** What a background task is to do, until its session begins it. */
export interface KeptTask {
  readonly work: (task: Task) => unknown
  readonly speak: boolean
}

/** Records that a task begins. The session begins it as a run of its own, which gets what is kept here. */
export async function background(
  run: RunningTurn,
  label: string,
  work: KeptTask['work'],
  { speak = true }: BackgroundOptions = {},
): Promise<string> {
  const inside = answeredFromLog.getStore()
  if (inside !== undefined) throw run.refuse(misplaced(label, inside))
  run.voice.ensureSpeaking()
  const { step } = run.scope()
  const task = `${step.name}.b${++step.tasks}`
  const recorded = run.journal.task(task)
  if (recorded && recorded.label !== label) run.fail(changed(task, recorded.label, label))
  if (!recorded && run.isRetraced) return NEVER
  run.keepTask(task, { work, speak })
  if (recorded) await run.recall(recorded.seq)
  else await run.commit([{ type: 'task.started', task, label }])
  return task
}

function misplaced(label: string, inside: string): AgentFailure {
  return new AgentFailure(
    'background_misplaced',
    `turn.background('${label}') was called in ${inside}. What has its result in the log is not run again after a crash, ` +
      `so what the task is to do could not be found again. Let it return what the task needs, and call ` +
      `turn.background() after it, in the turn's own function`,
  )
}

function changed(task: string, was: string, is: string): AgentFailure {
  return new AgentFailure(
    'turn_changed',
    `the agent's code has changed under the turn: task ${task} was «${was}» when this turn began, and is «${is}» now`,
  )
}
