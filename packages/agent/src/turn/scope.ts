import { AsyncLocalStorage } from 'node:async_hooks'
import type { Doing } from './doing.ts'
import type { OpenMessage } from './open-message.ts'
import type { RunningTurn } from './running-turn.ts'
import type { Span } from './span.ts'
import { StepIds } from './step-ids.ts'

/** Where in a turn the code that speaks now stands: inside which step, and below which span. */
export interface Scope {
  readonly run: RunningTurn
  readonly step: StepScope
  readonly span?: Span | undefined
  /** The milestone that stands here now. */
  milestone?: Span | undefined
}

/** One step with code of its own, a branch, or the turn itself. What is said in it shares its fate. */
export interface StepScope {
  /** The step; none in the turn itself. */
  readonly id?: string | undefined
  /** What its steps, spans, tasks and schedules are named for. */
  readonly name: string
  readonly ids: StepIds
  readonly doing: Doing
  message?: OpenMessage | undefined
  tasks: number
  schedules: number
}

export function stepScope(name: string, id: string | undefined, doing: Doing): StepScope {
  return { id, name, ids: new StepIds(name), doing, tasks: 0, schedules: 0 }
}

/** Follows the author's code through every await, timer and callback; it tells which run a stray error belongs to. */
export const currentScope = new AsyncLocalStorage<Scope>()
