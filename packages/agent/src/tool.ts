import type { Json, Level, SpanKind } from '@longwire/protocol'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Trace } from './turn/turn.ts'

/** What a tool's code gets beside its input. */
export interface ToolContext {
  /** The id of this call: the same when the call is run again after a crash, so it serves as an idempotency key. */
  readonly call: string
  readonly session: string
  /** Who the turn runs for, as verified by the server. */
  readonly principal: string
  /** Aborts when the turn is cancelled or the tool's time is over. */
  readonly signal: AbortSignal
  /** The span of this call; what is traced here stands below it. */
  readonly trace: Trace
  /** How much is done, 0 to 1, and a word about it. */
  progress(fraction: number, label?: string): void
}

export interface ToolOptions<Input, Output> {
  readonly description: string
  readonly title?: string
  /** Any Standard Schema. Input that fails it goes back to the model as a tool error. */
  readonly inputSchema: StandardSchemaV1<unknown, Input>
  readonly execute: (input: Input, context: ToolContext) => Promise<Output> | Output
  /** Milliseconds; 60,000 unless given. Past it the call ends with an error. */
  readonly timeout?: number
  /** What kind of span a call is: `tool` unless given, `search` for a tool that looks things up. */
  readonly span?: SpanKind
  /** The level of the call's span; `milestone` where `milestone` is given, else `step`. */
  readonly level?: Level
  /** What a person reads while the tool runs: "Searching the notes for *semiconductors*". */
  readonly milestone?: string | ((input: Input) => string)
}

export interface Tool<Input = unknown, Output = unknown> extends ToolOptions<Input, Output> {
  readonly kind: 'tool'
}

/** A tool that a model may call. The output must be JSON. */
// biome-ignore lint/suspicious/noConfusingVoidType: a tool may return nothing
export function tool<Input, Output extends Json | void>(options: ToolOptions<Input, Output>): Tool<Input, Output> {
  return { kind: 'tool', ...options }
}

// biome-ignore lint/suspicious/noExplicitAny: a set of tools holds tools of every input and output
export type ToolSet = { readonly [name: string]: Tool<any, any> }
