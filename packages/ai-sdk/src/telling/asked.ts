import type { MessageView, RequestView, ToolPartView, TurnView } from '@longwire/view'

// The AI SDK knows questions only as calls of tools. What an agent asks apart from any call is told as a call of a tool
// that is named for the kind of the request: `approval`, `form` or `choice`, and whose id is that of the request.

/** Whether a request is told as a call of its own: an approval of a call, and a call for this side, are not. */
export function isApart({ kind, call }: RequestView): boolean {
  return kind === 'form' || kind === 'choice' || (kind === 'approval' && call === undefined)
}

/** The requests as the parts of calls see them. */
export function requestsOf({ requests }: TurnView): readonly RequestView[] {
  return requests.map((request) => {
    if (!isApart(request)) return request
    const kind = request.kind === 'approval' ? 'approval' : 'client-tool'
    return { ...request, kind, call: request.request }
  })
}

/** What is asked, as a message of one call. */
export function asMessage(request: RequestView): MessageView {
  return { id: request.request, role: 'assistant', parts: [partOf(request)], at: request.askedAt }
}

function partOf({ request, kind, message, schema, options, input, outcome, answer }: RequestView): ToolPartView {
  const shown = { message, schema, options, input }
  const given = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined)) as typeof shown
  const part = { type: 'tool', call: request, name: kind, input: given as never } as const
  if (outcome === undefined) return { ...part, state: kind === 'approval' ? 'approval-requested' : 'input-available' }
  if (answer && 'approved' in answer)
    return answer.approved
      ? { ...part, state: 'output-available', output: answer as never }
      : { ...part, state: 'output-denied' }
  if (answer?.action === 'accept') return { ...part, state: 'output-available', output: answer.content }
  return {
    ...part,
    state: 'output-error',
    error: answer ? `the person chose to ${answer.action}` : `it was ${outcome}`,
  }
}
