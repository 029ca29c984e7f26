import { AsyncLocalStorage } from 'node:async_hooks'
import type { Json } from '@longwire/protocol'
import type { ElicitRequest, ElicitResult, Progress } from '@modelcontextprotocol/sdk/types.js'
import type { Silence } from './mcp-connection.ts'

/** What a server is told that asks a person: MCP's answers are the protocol's own. */
export type Elicited = { readonly action: 'accept' | 'decline' | 'cancel'; readonly content?: Json | undefined }

/** What a call of a tool can do while it runs. */
export interface McpCall {
  readonly signal: AbortSignal
  progress(progress: Progress): void
  /** Asks the person whose turn it is; `schema` is JSON Schema. */
  ask(message: string, schema: Json): Promise<Elicited>
}

interface OpenCall {
  readonly call: McpCall
  readonly silence: Silence
  /** Goes back to where the call was made, for what the server says later. */
  readonly within: <T>(work: () => T) => T
}

/** The calls that are under way on one connection. All are of one turn, so that what is asked reaches the right person. */
export class McpCalls {
  readonly #open = new Set<OpenCall>()

  /** The call begins; the function that is given ends it. */
  begin(call: McpCall, silence: Silence): () => void {
    const open: OpenCall = { call, silence, within: AsyncLocalStorage.snapshot() }
    this.#open.add(open)
    return () => this.#open.delete(open)
  }

  /** The server asks a person. With no call under way there is none to ask. */
  async elicit(params: ElicitRequest['params']): Promise<ElicitResult> {
    const [asking] = this.#open
    if (!asking || params.mode === 'url') return { action: 'cancel' }
    const { call, within } = asking
    const waiting = [...this.#open]
    for (const { silence } of waiting) silence.end()
    try {
      const { action, content } = await within(() => call.ask(params.message, params.requestedSchema as Json))
      return action === 'accept' ? { action, content: (content ?? {}) as ElicitResult['content'] & {} } : { action }
    } finally {
      for (const open of waiting) if (this.#open.has(open)) open.silence.over()
    }
  }
}
