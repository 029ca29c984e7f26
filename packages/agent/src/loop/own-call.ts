import type { Json } from '@longwire/protocol'
import type { ToolResult } from '../boundary/messages.ts'
import { toolsOfRun } from '../mcp/tools-of-run.ts'
import type { Tool, ToolSet } from '../tool.ts'
import { milliseconds } from '../turn/duration.ts'
import { AgentFailure } from '../turn/failure.ts'
import { jsonText } from '../turn/json-text.ts'
import { RequestExpired } from '../turn/questions.ts'
import type { ClientToolOptions, Given } from '../turn/request-api.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { NOBODY_RAN_IT } from './call-questions.ts'
import { callTools } from './tool-call.ts'
import { beforeTools } from './within-budget.ts'

/** A call that the agent's own code made, and that came to nothing. */
export class ToolCallFailed extends Error {
  override readonly name = 'ToolCallFailed'
  readonly outcome: 'error' | 'denied' | 'cancelled'
  constructor(outcome: ToolCallFailed['outcome'], message: string) {
    super(message)
    this.outcome = outcome
  }
}

/** Calls one of the agent's tools for its own code, as a model would. */
export async function callTool(run: RunningTurn, given: Tool | string, input: unknown): Promise<unknown> {
  const own = run.agent.tools ?? {}
  const name = typeof given === 'string' ? given : Object.keys(own).find((each) => own[each] === given)
  if (name === undefined) throw new AgentFailure('agent_error', 'turn.tool(): that is none of the tools of the agent')
  const result = await callOne(run, name, input, async () =>
    Object.hasOwn(own, name) ? own : (await toolsOfRun(run)).tools,
  )
  if (result.outcome === 'ok') return result.output
  throw new ToolCallFailed(result.outcome, result.error ?? `the call of ${name} came to nothing`)
}

/** Has the page or terminal that holds the session do something. */
export async function callClientTool(run: RunningTurn, options: ClientToolOptions): Promise<Given<Json>> {
  const { name, input, message = name, expiresIn, onExpiry = 'fail' } = options
  const timeout = expiresIn === undefined ? {} : { timeout: milliseconds(expiresIn, 'expiresIn') }
  const tool: Tool = {
    kind: 'tool',
    description: message,
    title: message,
    inputSchema: ANYTHING,
    client: true,
    ...timeout,
  }
  const result = await callOne(run, name, input, async () => ({ [name]: tool }))
  switch (result.outcome) {
    case 'ok':
      return { action: 'accept', content: result.output ?? null }
    case 'denied':
      return { action: 'decline' }
    case 'cancelled':
      return { action: 'cancel' }
    case 'error':
      if (result.error !== NOBODY_RAN_IT) throw new ToolCallFailed('error', result.error ?? `${name} failed`)
      if (onExpiry === 'deny') return { action: 'cancel' }
      throw new RequestExpired(message)
  }
}

async function callOne(
  run: RunningTurn,
  name: string,
  given: unknown,
  tools: () => Promise<ToolSet>,
): Promise<ToolResult> {
  const input = (jsonText(given, `the input of ${name}`) === undefined ? {} : given) as Json
  const scope = run.scope()
  const step = run.nextStep(scope)
  const call = run.journal.callOf(step) ?? run.nameCall('', step)
  await beforeTools(run, scope, 1, step)
  const history = [...run.start.history, ...run.generated]
  const results = await callTools(run, scope, await tools(), [{ call, name, input, step }], history)
  return results[0]!
}

const ANYTHING: Tool['inputSchema'] = {
  '~standard': { version: 1, vendor: 'longwire', validate: (value) => ({ value }) },
}
