import { AsyncLocalStorage } from 'node:async_hooks'
import type { OpenMessage } from './open-message.ts'
import type { RunningTurn } from './running-turn.ts'
import type { Span } from './span.ts'

/** Where in a turn the code that speaks now stands: inside which step, and below which span. */
export interface Scope {
  readonly run: RunningTurn
  readonly step: StepScope
  readonly span?: Span | undefined
  /** The milestone that stands here now. */
  milestone?: Span | undefined
}

/** One step, or the turn itself. What is said in it belongs to its message, and shares its fate. */
export interface StepScope {
  readonly id?: string | undefined
  message?: OpenMessage | undefined
}

/** Follows the author's code through every await, timer and callback; it tells which run a stray error belongs to. */
export const currentScope = new AsyncLocalStorage<Scope>()
