import type { RequestAnswer } from '@longwire/client'
import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { type getToolName, isToolUIPart, type UIMessage } from 'ai'

/** What a message holds of answers to requests that are open: approvals that were responded to, results of this side. */
export function answersIn(
  message: UIMessage,
  open: readonly RequestView[],
): [request: string, answer: RequestAnswer][] {
  return message.parts.filter(isToolUIPart).flatMap((part): [string, RequestAnswer][] => {
    const request = open.find(
      ({ request, call, kind }) =>
        part.approval?.id === request ||
        request === part.toolCallId ||
        (kind === 'client-tool' && call === part.toolCallId),
    )
    const answer = request && answerOf(part, request)
    return answer ? [[request.request, answer]] : []
  })
}

type ToolPart = Parameters<typeof getToolName>[0]

function answerOf(part: ToolPart, { kind }: RequestView): RequestAnswer | undefined {
  if (kind === 'approval') {
    if (part.state !== 'approval-responded') return undefined
    const { approved, reason } = part.approval
    return { approved, ...(reason === undefined ? {} : { reason }) }
  }
  if (part.state === 'output-available') return { action: 'accept', content: (part.output ?? null) as Json }
  if (part.state !== 'output-error') return undefined
  return { action: 'decline', content: { error: { code: 'tool_failed', message: part.errorText } } }
}
