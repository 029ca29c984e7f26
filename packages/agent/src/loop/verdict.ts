import type { HistoryEntry } from '../boundary/messages.ts'
import type { CallToJudge, Tool } from '../tool.ts'
import { messageOf } from '../turn/failure.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import type { ToolCall } from './hearing.ts'

export interface Judged {
  readonly verdict: 'allow' | 'deny' | 'ask'
  readonly reason?: string | undefined
}

/** Whether a call may be made: what the agent's policy says, or else what the tool says. What cannot tell denies. */
export async function judge(
  run: RunningTurn,
  tool: Tool,
  { call, name }: ToolCall,
  input: unknown,
  history: readonly HistoryEntry[],
): Promise<Judged> {
  const { session, principal } = run.start
  const judged: CallToJudge = { tool: name, input, call, session, principal, history }
  try {
    const said = await run.agent.policy?.(judged)
    if (said !== undefined) return wellFormed(typeof said === 'string' ? { verdict: said } : said)
    const { needsApproval = false } = tool
    const needs = typeof needsApproval === 'function' ? await needsApproval(judged) : needsApproval
    return { verdict: needs ? 'ask' : 'allow' }
  } catch (error) {
    return { verdict: 'deny', reason: `it could not be told whether this may be done: ${messageOf(error)}` }
  }
}

function wellFormed(judged: Judged): Judged {
  if (['allow', 'deny', 'ask'].includes(judged.verdict)) return judged
  throw new TypeError(`the policy says «${judged.verdict}», which is none of allow, deny, ask`)
}
