import { checkBudget } from './loop/budget.ts'
import type { Budget } from './loop/budget-bounds.ts'
import type { ContextOptions } from './loop/compaction.ts'
import type { Prices } from './loop/price.ts'
import { checkMcpServers, type McpServers } from './mcp/mcp-options.ts'
import type { Model } from './model/model.ts'
import type { CallToJudge, ToolSet } from './tool.ts'
import { type Duration, milliseconds } from './turn/duration.ts'
import type { ScheduleOptions, Turn } from './turn/turn.ts'

/** What a policy says of a call: `ask` is an approval by a person; undefined leaves it to the tool. */
export type Verdict =
  | 'allow'
  | 'deny'
  | 'ask'
  | { readonly verdict: 'allow' | 'deny' | 'ask'; readonly reason?: string }
  | undefined

/** What an agent's sessions hold that no tool says: clients that are typed by `typeof agent` know it. */
export interface AgentTypes {
  readonly metadata?: unknown
  /** The content of the answers to its forms, by a name of the author's. */
  readonly forms?: { readonly [form: string]: unknown }
}

export interface AgentOptions {
  /** How clients name it: letters, digits, `.`, `_` and `-`. */
  readonly name: string
  readonly description?: string
  /** An AI SDK model, or `provider:model`. Without one, `run` must be given and must not call a model. */
  readonly model?: Model
  readonly instructions?: string
  readonly tools?: ToolSet
  /** Servers of the Model Context Protocol whose tools the agent has too, each named `server_tool`. */
  readonly mcp?: McpServers
  /** Which calls may be made: comes before what each tool says of itself. One that throws denies. */
  readonly policy?: (call: CallToJudge) => Verdict | Promise<Verdict>
  /** Turns that begin by themselves in each session of the agent, again and again. */
  readonly every?: readonly (ScheduleOptions & { readonly every: Duration })[]
  /** Model calls of one `generate` at most; 20 unless given. */
  readonly maxSteps?: number
  /** What a turn, and a session, may use; checked before each model call and each batch of tool calls. */
  readonly budget?: Budget
  /** What models cost, so that usage says it and a budget can bound it. */
  readonly prices?: Prices
  /** How a conversation that is too long for the model is shortened. */
  readonly context?: ContextOptions
  /** How long a model may say nothing before the call is given up and tried again, in ms; 60,000 unless given. */
  readonly stallMs?: number
  /** Questions to begin with. */
  readonly examples?: readonly string[]
  /** What clients say of their sessions and answer to forms, for the compiler alone: `{} as { metadata: { desk: string } }`. */
  readonly types?: AgentTypes
  /** One turn. Without it the agent runs the model loop: `turn.generate()`. */
  readonly run?: (turn: Turn) => Promise<void> | void
}

export interface Agent extends AgentOptions {
  readonly kind: 'agent'
}

type Typed<Options> = Extract<keyof Options, 'name' | 'tools' | 'types'>
type AgentOf<Options> = Omit<Agent, Typed<Options>> & Pick<Options, Typed<Options>>

/**
 * An agent is a function of a turn. A module that exports one (or an array of them) by default is what a server loads. Its
 * type holds its name, its tools and `types`, so that a client can be typed by it: `client.open<typeof agent>(…)`.
 */
export function defineAgent<const Options extends AgentOptions>(options: Options): AgentOf<Options> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(options.name)) {
    throw new TypeError(`defineAgent: «${options.name}» cannot be the name of an agent: use letters, digits, . _ -`)
  }
  if (!options.run && !options.model) {
    throw new TypeError(`defineAgent: agent ${options.name} has neither a model nor a run function`)
  }
  for (const { every, label } of options.every ?? []) {
    const what = `defineAgent: agent ${options.name}, every «${label}»`
    if (milliseconds(every, what) < 1_000) throw new TypeError(`${what}: a schedule comes due once a second at most`)
  }
  if (options.mcp) checkMcpServers(options.mcp)
  if (options.budget) checkBudget(options.budget, options.prices !== undefined)
  return { kind: 'agent', ...options } as unknown as AgentOf<Options>
}
