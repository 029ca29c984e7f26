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

function changed(task: string, was: string, is: string): AgentFailure {
  return new AgentFailure(
    'turn_changed',
    `the agent's code has changed under the turn: task ${task} was «${was}» when this turn began, and is «${is}» now`,
  )
}
