import type { Json } from '@longwire/protocol'

/** What a tool of this side of the line gets beside its input. */
export interface ClientToolContext {
  readonly session: string
  readonly request: string
  /** Aborts when the answer is not wanted any more: settled by somebody else, the turn stopped, the handle ended. */
  readonly signal: AbortSignal
}

/** Does what the agent asks of the page or terminal that holds the session. What it gives must be JSON, or nothing. */
export type ClientTool = (input: Json, context: ClientToolContext) => unknown

export type ClientTools = { readonly [name: string]: ClientTool }
