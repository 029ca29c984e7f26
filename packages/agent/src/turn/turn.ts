import type { Json, Level, Metadata, SpanKind, Usage } from '@longwire/protocol'
import type { AgentInput, HistoryEntry } from '../boundary/messages.ts'
import type { Model } from '../model/model.ts'
import type { ToolSet } from '../tool.ts'

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
  /** Who the turn runs for, as verified by the server. */
  readonly principal: string
  readonly metadata: Metadata
  readonly input: {
    /** The texts of all inputs of this turn, a blank line between them. */
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
  /** Runs `work` and records what it returns, which must be JSON or undefined. */
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>
  /** The model loop: model call, tools, model call, … until the model is done. */
  generate(options?: GenerateOptions): Promise<Generated>
}
