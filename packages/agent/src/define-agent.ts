import type { Model } from './model/model.ts'
import type { ToolSet } from './tool.ts'
import type { Turn } from './turn/turn.ts'

export interface AgentOptions {
  /** How clients name it: letters, digits, `.`, `_` and `-`. */
  readonly name: string
  readonly description?: string
  /** An AI SDK model, or `provider:model`. Without one, `run` must be given and must not call a model. */
  readonly model?: Model
  readonly instructions?: string
  readonly tools?: ToolSet
  /** Model calls of one `generate` at most; 20 unless given. */
  readonly maxSteps?: number
  /** Questions to begin with. */
  readonly examples?: readonly string[]
  /** One turn. Without it the agent runs the model loop: `turn.generate()`. */
  readonly run?: (turn: Turn) => Promise<void> | void
}

export interface Agent extends AgentOptions {
  readonly kind: 'agent'
}

/** An agent is a function of a turn. A module that exports one (or an array of them) by default is what a server loads. */
export function defineAgent(options: AgentOptions): Agent {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(options.name)) {
    throw new TypeError(`defineAgent: «${options.name}» cannot be the name of an agent: use letters, digits, . _ -`)
  }
  if (!options.run && !options.model) {
    throw new TypeError(`defineAgent: agent ${options.name} has neither a model nor a run function`)
  }
  return { kind: 'agent', ...options }
}
