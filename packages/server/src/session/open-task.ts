import type { Commit, EventOf } from '@longwire/protocol'
import { firstTry, fruitful, nextTry, type Tries } from './tries.ts'

/** A background task that has not ended. */
export interface OpenTask {
  readonly task: string
  readonly label: string
  /** The turn whose function it is a part of. */
  readonly turn: string
  readonly attempt: number
  readonly tries: Tries
  /** Its steps that wait for a time. */
  readonly sleeps: readonly string[]
}

/** The open tasks once this one begins, or begins again. */
export function begunTask(tasks: readonly OpenTask[], event: EventOf<'task.started'>): readonly OpenTask[] {
  const { task, label, turn = '', attempt = 1, at } = event
  const before = tasks.find((each) => each.task === task)
  const tries = before ? nextTry(before.tries, at, before.sleeps.length > 0) : firstTry(at)
  const begun = { task, label, turn, attempt, tries, sleeps: before?.sleeps ?? [] }
  return [...tasks.filter((each) => each !== before), begun]
}

/** The task after one more commit. */
export function foldTask(task: OpenTask, event: Commit): OpenTask {
  const { step } = event
  if (step === undefined || !step.startsWith(`${task.task}.`)) return task
  if (event.type === 'step.started' && event.until !== undefined) {
    return { ...task, sleeps: [...task.sleeps.filter((each) => each !== step), step] }
  }
  if (event.type !== 'step.finished') return task
  return { ...task, sleeps: task.sleeps.filter((each) => each !== step), tries: fruitful(task.tries) }
}
