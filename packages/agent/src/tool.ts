import type { Json, Level, SpanKind } from '@longwire/protocol'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { HistoryEntry } from './boundary/messages.ts'
import type { Duration } from './turn/duration.ts'
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

/** What decides whether a call may be made. */
export interface CallToJudge<Input = unknown> {
  readonly tool: string
  /** As the tool's schema left it. */
  readonly input: Input
  readonly call: string
  readonly session: string
  readonly principal: string
  /** What was said before, this turn included. */
  readonly history: readonly HistoryEntry[]
}

interface CommonToolOptions<Input, Output> {
  readonly description: string
  readonly title?: string
  /** Any Standard Schema. Input that fails it goes back to the model as a tool error. */
  readonly inputSchema: StandardSchemaV1<unknown, Input>
  /** Any Standard Schema. Output that fails it is a tool error. */
  readonly outputSchema?: StandardSchemaV1<unknown, Output>
  /** Whether a person has to approve a call first. What the agent's `policy` says comes before it. */
  readonly needsApproval?: boolean | ((call: CallToJudge<Input>) => boolean | Promise<boolean>)
  /** How long an approval may stay open, and what comes then; it is denied where nobody answered. */
  readonly approval?: { readonly expiresIn?: Duration; readonly to?: string; readonly escalateTo?: string }
  /** What kind of span a call is: `tool` unless given, `search` for a tool that looks things up. */
  readonly span?: SpanKind
  /** The level of the call's span; `milestone` where `milestone` is given, else `step`. */
  readonly level?: Level
  /** What a person reads while the tool runs: "Searching the notes for *semiconductors*". */
  readonly milestone?: string | ((input: Input) => string)
}

/** A tool that runs here. */
export interface ServerToolOptions<Input, Output> extends CommonToolOptions<Input, Output> {
  readonly execute: (input: Input, context: ToolContext) => Promise<Output> | Output
  readonly client?: false
  /** Milliseconds; 60,000 unless given, `Infinity` for none. Past it the call ends with an error. */
  readonly timeout?: number
  /**
   * Milliseconds that it may take to end by itself once a person has stopped the turn: then what it gave or threw is its
   * result. 2,000 unless given, and no more than the server lets it have; past it the call is `cancelled`.
   */
  readonly grace?: number
  /** Running it twice with the same `call` is the same as once: it is run again after a crash, without asking. */
  readonly idempotent?: boolean
}

/** A tool that the page or terminal runs that holds the session. */
export interface ClientToolOptions<Input, Output> extends CommonToolOptions<Input, Output> {
  readonly client: true
  readonly execute?: undefined
  /** Milliseconds that may pass until there is a result; for ever unless given. */
  readonly timeout?: number
  readonly idempotent?: undefined
}

export type ToolOptions<Input, Output> = ServerToolOptions<Input, Output> | ClientToolOptions<Input, Output>

export type ServerTool<Input = unknown, Output = unknown> = ServerToolOptions<Input, Output> & { readonly kind: 'tool' }
export type ClientTool<Input = unknown, Output = unknown> = ClientToolOptions<Input, Output> & { readonly kind: 'tool' }
export type Tool<Input = unknown, Output = unknown> = ServerTool<Input, Output> | ClientTool<Input, Output>

/** A tool that a model may call. The output must be JSON. */
export function tool<Input, Output = Json>(options: ClientToolOptions<Input, Output>): ClientTool<Input, Output>
// biome-ignore lint/suspicious/noConfusingVoidType: a tool may return nothing
export function tool<Input, Output extends Json | void>(
  options: ServerToolOptions<Input, Output>,
): ServerTool<Input, Output>
export function tool(options: ToolOptions<unknown, unknown>): Tool {
  return { kind: 'tool', ...options }
}

// biome-ignore lint/suspicious/noExplicitAny: a set of tools holds tools of every input and output
export type ToolSet = { readonly [name: string]: Tool<any, any> }
