import type { Failure, FailureCode, Json, Usage } from '@longwire/protocol'
import { AgentFailure } from '../turn/failure.ts'
import { partsOf } from '../turn/journal.ts'
import { NEVER, type RunningTurn } from '../turn/running-turn.ts'
import type { ToolCall } from './hearing.ts'
import type { ModelSaid } from './model-call.ts'

/** What the log holds of a model call that was made before the turn was run again. */
export async function recalledCall(run: RunningTurn, step: string): Promise<ModelSaid | undefined> {
  const { message, finished } = run.begin(step, { kind: 'generate' }) ?? {}
  const seq = message?.seq ?? finished?.seq
  if (seq === undefined) {
    if (run.isRetraced) return NEVER
    run.spans.renew(step)
    return undefined
  }
  await run.recall(seq)
  if (finished?.error) throw failureIn(finished.error)
  const parts = partsOf((message ?? finished)!)
  const silent = (finished?.output ?? {}) as { readonly finishReason?: string; readonly usage?: Usage }
  const usage = message?.usage ?? silent.usage ?? {}
  return {
    parts,
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    calls: parts.flatMap((part) => (part.type === 'tool-call' ? [callOf(part)] : [])),
    finishReason: message?.finishReason ?? silent.finishReason ?? 'stop',
    usage,
  }
}

function callOf({
  call,
  name,
  input,
}: {
  readonly call: string
  readonly name: string
  readonly input: unknown
}): ToolCall {
  return { call, name, input: input as Json }
}

function failureIn({ code, message }: Failure): AgentFailure {
  return new AgentFailure(code as FailureCode, message)
}
