import type { ToolDescription } from '@longwire/protocol'
import type { RequestView, ToolPartView } from '@longwire/view'
import type { UIMessageChunk } from 'ai'

/** How far one call was told. */
interface Told {
  /** The step of the message that its part stands in. */
  readonly step: number
  inputText?: string
  input?: string
  isClients?: boolean
  asked?: string
  answered?: string
  result?: string
}

/**
 * Tells calls of tools: each of their seven states as the chunks that lead to it, from wherever the last telling stopped.
 * A call is the client's to run while a request for it is open; all others are run on the other side of the line.
 */
export class ToolTeller {
  readonly #told = new Map<string, Told>()
  #tools: readonly ToolDescription[] = []

  know(tools: readonly ToolDescription[]): void {
    this.#tools = tools
  }

  /** `step` is that of the message that is told now. */
  tell(call: ToolPartView, requests: readonly RequestView[], step: number): UIMessageChunk[] {
    const title = call.title ?? this.#tools.find(({ name }) => name === call.name)?.title
    const part = title === undefined ? call : { ...call, title }
    const told = this.#told.get(part.call) ?? { step }
    this.#told.set(part.call, told)
    if (part.state === 'input-streaming') return streamed(part, told)
    const about = requests.filter(({ call }) => call === part.call)
    return [...given(part, about, told, step), ...approvals(about, told, part), ...result(part, told)]
  }

  /** The parts of that step are not there any more. */
  forget(step: number): void {
    for (const [call, told] of this.#told) if (told.step === step) this.#told.delete(call)
  }

  /** Takes for told what a message from elsewhere shows. */
  knows(call: string, approval: string | undefined, state: string): void {
    const told = this.#told.get(call)
    if (!told) return
    if (!state.startsWith('output')) delete told.result
    if (approval === undefined || state === 'approval-requested') delete told.answered
  }
}

function streamed({ call, name, title, inputText = '' }: ToolPartView, told: Told): UIMessageChunk[] {
  const before = told.inputText
  told.inputText = inputText
  const delta = inputText.slice(before?.length ?? 0)
  const start = { type: 'tool-input-start', toolCallId: call, toolName: name, providerExecuted: true } as const
  return [
    ...(before === undefined ? [{ ...start, ...(title === undefined ? {} : { title }) }] : []),
    ...(delta === '' ? [] : [{ type: 'tool-input-delta', toolCallId: call, inputTextDelta: delta } as const]),
  ]
}

function given(
  { call, name, title, input = null }: ToolPartView,
  about: readonly RequestView[],
  told: Told,
  step: number,
): UIMessageChunk[] {
  const text = JSON.stringify(input)
  const isClients = about.some(({ kind, outcome }) => kind === 'client-tool' && outcome === undefined)
  if (told.input === text && (!isClients || told.isClients)) return []
  told.input = text
  told.isClients = isClients
  if (told.step !== step) return [] // the AI SDK would take it for another call: it knows those of the last step alone
  const isQuestion = about.some(({ request }) => request === call)
  return [
    {
      ...{ type: 'tool-input-available', toolCallId: call, toolName: name, input, providerExecuted: !isClients },
      ...(title === undefined ? {} : { title }),
      ...(isQuestion ? { dynamic: true } : {}),
    },
  ]
}

function approvals(about: readonly RequestView[], told: Told, part: ToolPartView): UIMessageChunk[] {
  const { call, state } = part
  const request = about.findLast(({ kind }) => kind === 'approval')
  if (!request || request.outcome === 'withdrawn' || told.result !== undefined) return []
  const { request: approvalId, message, answer } = request
  const chunks: UIMessageChunk[] = []
  if (told.asked !== approvalId) {
    told.asked = approvalId
    delete told.answered
    chunks.push({ type: 'tool-approval-request', approvalId, toolCallId: call, reason: message })
  }
  if (request.outcome === undefined || told.answered !== undefined) return chunks
  told.answered = request.outcome
  const approved =
    answer && 'approved' in answer ? answer.approved : state !== 'output-denied' && request.onExpiry === 'approve'
  const reason = answer && 'approved' in answer ? answer.reason : 'nobody answered in time'
  chunks.push({ type: 'tool-approval-response', approvalId, approved, ...(reason === undefined ? {} : { reason }) })
  return chunks
}

function result({ call, state, output, error }: ToolPartView, told: Told): UIMessageChunk[] {
  if (!state.startsWith('output') || told.result === state) return []
  told.result = state
  switch (state) {
    case 'output-available':
      return [{ type: 'tool-output-available', toolCallId: call, output: output ?? null, providerExecuted: true }]
    case 'output-denied':
      // The AI SDK knows only denials of an approval.
      if (told.answered !== undefined) return [{ type: 'tool-output-denied', toolCallId: call }]
      return [{ type: 'tool-output-error', toolCallId: call, errorText: error ?? 'denied', providerExecuted: true }]
    default:
      return [{ type: 'tool-output-error', toolCallId: call, errorText: error ?? 'it failed', providerExecuted: true }]
  }
}
