import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ServerTool, Tool, ToolContext } from './tool.ts'
import { currentScope } from './turn/scope.ts'

export interface AgentToolOptions {
  /** The name of the agent that is asked. */
  readonly agent: string
  readonly description: string
  readonly title?: string
  /** Milliseconds; none unless given. */
  readonly timeout?: number
  readonly needsApproval?: Tool['needsApproval']
  readonly milestone?: string | ((input: { readonly text: string }) => string)
}

/**
 * A tool that is another agent: it is asked in a session of its own, and its answer is the tool's output. Its work is
 * seen below the call. Stopping the turn stops it, too.
 */
export function agentTool(options: AgentToolOptions): ServerTool<{ readonly text: string }, string> {
  const { agent, timeout = Number.POSITIVE_INFINITY, needsApproval, ...shown } = options
  return {
    kind: 'tool',
    ...shown,
    ...(needsApproval === undefined ? {} : { needsApproval }),
    inputSchema: ASKED,
    // Its session asks once for each call, however often the call is made.
    idempotent: true,
    timeout,
    execute: ({ text }, context) => ask(agent, text, context),
  }
}

async function ask(agent: string, text: string, { call, signal }: ToolContext): Promise<string> {
  const run = currentScope.getStore()?.run
  if (!run) throw new Error('agentTool: it can only be called by an agent')
  const answer = await run.voice.callAgent(agent, text, call, signal)
  if (answer.outcome === 'ok') return answer.text ?? ''
  throw new Error(answer.error ?? `agent ${agent} ${answer.outcome === 'cancelled' ? 'was stopped' : 'failed'}`)
}

const ASKED: StandardSchemaV1<unknown, { readonly text: string }> = {
  '~standard': {
    version: 1,
    vendor: 'longwire',
    validate: (value) =>
      typeof (value as { text?: unknown } | null)?.text === 'string'
        ? { value: value as { readonly text: string } }
        : { issues: [{ message: 'a string is wanted', path: ['text'] }] },
    ...{ jsonSchema: { input: askedSchema, output: askedSchema } },
  },
}

function askedSchema() {
  const text = { type: 'string', description: 'what the agent is asked' }
  return { type: 'object', properties: { text }, required: ['text'], additionalProperties: false }
}
