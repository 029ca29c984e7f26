import type { Json, Level, Metadata, SpanKind, Usage } from '@longwire/protocol'
import type { AgentInput, Because, HistoryEntry, ToolResult } from '../boundary/messages.ts'
import type { Model } from '../model/model.ts'
import type { Tool, ToolSet } from '../tool.ts'
import type { Duration } from './duration.ts'
import type { Requests } from './request-api.ts'

export interface SpanOptions {
  readonly level?: Level
  readonly kind?: SpanKind
  readonly detail?: Json
}

/** What shows the agent's work. Each span is seen while it is open and committed when it ends. */
export interface Trace {
  /**
   * A line for the person: "Comparing regions". It stands for what the turn does from here on: the span ends where the
   * next milestone of the same trace begins, or with the step or turn around it.
   */
  milestone(label: string, options?: { readonly progress?: number; readonly detail?: Json }): void
  /** Runs `work` in a span. The span ends `error` when it throws. Level `detail` and kind `custom` unless given. */
  span<T>(label: string, options: SpanOptions, work: (trace: Trace) => Promise<T> | T): Promise<T>
  /** A span that is over at once. */
  note(label: string, options?: SpanOptions): void
}

export interface GenerateOptions {
  readonly model?: Model
  readonly instructions?: string
  readonly tools?: ToolSet
  /**
   * A question of the author's own, which no reader sees. It comes after the history, what the person asked and what
   * `generate` made before in this turn. Without it the model is asked what the person asked.
   */
  readonly prompt?: string
  /** Model calls at most; 20 unless given. Past it the turn fails with `max_steps`. */
  readonly maxSteps?: number
  readonly temperature?: number
  readonly maxOutputTokens?: number
}

export interface Generated {
  /** The text of the last model call. */
  readonly text: string
  readonly finishReason: string
  readonly usage: Usage
  readonly steps: number
  /** What came of the tool calls, in their order. */
  readonly results: readonly ToolResult[]
}

/** What a background task gets. Its steps are recorded and answered as a turn's are. */
export interface Task {
  readonly id: string
  readonly session: string
  readonly principal: string
  /** Aborts when the session is closed or the server stops. */
  readonly signal: AbortSignal
  readonly trace: Trace
  /** How much is done, 0 to 1, and a word about it. */
  progress(fraction: number, label?: string): void
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>
  sleep(time: Duration | Date): Promise<void>
  /** The model loop, as a turn's. What the model says reaches no person: what is to be said, the task returns. */
  generate(options?: GenerateOptions): Promise<Generated>
  /**
   * Calls a tool, as a turn does. There is nobody to ask: a call that needs a person's leave is denied, and one that had
   * begun before a crash is an error unless it is `idempotent`. Rejects with `ToolCallFailed`.
   */
  tool<Input, Output>(tool: Tool<Input, Output> | string, input: Input): Promise<Output>
}

export interface BackgroundOptions {
  /** Whether the agent may say something unasked when it is over: a turn with cause `task`. True unless given. */
  readonly speak?: boolean
}

export interface ScheduleOptions {
  /** What a person reads. */
  readonly label: string
  /** What the agent is told then. */
  readonly input?: Json
}

export interface Schedules {
  /** A turn that begins by itself at `time`. Resolves with the id of the schedule when it is in the log. */
  at(time: Date | number, options: ScheduleOptions): Promise<string>
  /** A turn again and again, first after `period`, which is at least a second. */
  every(period: Duration, options: ScheduleOptions): Promise<string>
  cancel(schedule: string): Promise<void>
}

/**
 * One run of an agent. Whatever is said here reaches the person at once; what is finished stays.
 * Text and reasoning that are said outside of `generate` belong to a message that is committed where the next step
 * begins, where the step around it ends, or when the turn ends; when that step or the turn fails it is withdrawn.
 */
export interface Turn {
  readonly id: string
  readonly session: string
  /** 1, or more when the turn is run again. */
  readonly attempt: number
  readonly cause: 'input' | 'task' | 'schedule'
  /** The task that ended, or the schedule that came due, where one of them began the turn. */
  readonly because?: Because | undefined
  /** Who the turn runs for, as verified by the server. */
  readonly principal: string
  readonly metadata: Metadata
  readonly input: {
    /** The texts of all inputs of this turn, a blank line between them; where no person began it, why it began. */
    readonly text: string
    readonly all: readonly AgentInput[]
  }
  /** What was said before this turn, oldest first. */
  readonly history: readonly HistoryEntry[]
  /** Aborts when a person stops the turn, or the server does. */
  readonly signal: AbortSignal
  readonly trace: Trace
  /** Says a piece of the answer. Await it in a long loop: it resolves when the reader's side has room. */
  text(piece: string): Promise<void>
  reasoning(piece: string): Promise<void>
  /**
   * Runs `work` and records what it returns, which must be JSON or undefined. When the turn is run again after a crash
   * or a long wait, a step that finished answers from the log; what stands outside of steps runs again.
   */
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>
  /**
   * Steps side by side. Resolves with what each branch returned, when all are over; rejects with the first error. What
   * goes on by itself after its first step belongs here: outside, the order in which steps begin could not be told.
   */
  all<Branches extends readonly (() => unknown)[]>(
    branches: readonly [...Branches],
  ): Promise<{ -readonly [I in keyof Branches]: Awaited<ReturnType<Branches[I]>> }>
  /** The model loop: model call, tools, model call, … until the model is done. */
  generate(options?: GenerateOptions): Promise<Generated>
  /**
   * Calls a tool as a model would: checked, approved, traced, recorded. `tool` is one of the agent's, or its name.
   * Rejects with `ToolCallFailed` where the call had no result.
   */
  tool<Input, Output>(tool: Tool<Input, Output> | string, input: Input): Promise<Output>
  /** Asks a person, and waits. */
  readonly request: Requests
  /** Waits for so long, or until that time. A long wait costs nothing: the turn is let go of, and run again then. */
  sleep(time: Duration | Date): Promise<void>
  /**
   * Begins work that may outlive the turn, and resolves with the id of the task. `work` must not use the turn: it has a
   * context of its own. What it returns must be JSON or undefined. Call it in the turn itself or in a branch. In a step, a
   * tool or another task it is refused, and the turn fails with `background_misplaced`: these are not run again once they
   * have their result, so that what the task is to do could not be found after a crash.
   */
  background(
    label: string,
    work: (task: Task) => Promise<unknown> | unknown,
    options?: BackgroundOptions,
  ): Promise<string>
  readonly schedule: Schedules
}
