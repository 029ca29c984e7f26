import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import type { Found, Plan } from '../one-turn.ts'
import { contextOf, type Message, partsOf, type Resume, type RunInput } from './run-input.ts'

type Answer = NonNullable<Plan['answers']>[number]

/**
 * What a run says to the session as it was found. Answers go before words; a run that has neither follows the turn that
 * runs, if one does. Words that come while the turn waits for an answer break it off.
 */
export function planOf(run: RunInput, { view, requests }: Found): Plan {
  const answers = [...resumed(run, requests), ...toolResults(run, requests)]
  if (answers.length > 0) return { answers }
  const last = run.messages.at(-1)
  const parts = last?.role === 'user' ? partsOf(last) : []
  if (parts.length > 0) {
    const context = contextOf(run)
    const [only] = parts
    const said = parts.length === 1 && only?.type === 'text' ? { text: only.text } : { parts: [...parts] }
    const delivery = view?.status === 'waiting' ? ({ delivery: 'interrupt' } as const) : {}
    return { input: { ...said, ...delivery, ...(context === undefined ? {} : { context }) } }
  }
  return { follows: view?.turns.findLast(({ status }) => status === 'running' || status === 'waiting')?.turn }
}

function resumed({ resume }: RunInput, requests: readonly RequestView[]): readonly Answer[] {
  return (resume ?? []).flatMap((entry) => {
    const asked = requests.find(({ request }) => request === entry.interruptId)
    return asked ? [{ request: asked.request, ...answerTo(asked, entry) }] : []
  })
}

function answerTo({ kind }: RequestView, { status, payload }: Resume): Omit<Answer, 'request'> {
  const fields = isRecord(payload) ? payload : {}
  if (kind === 'approval') {
    const approved = status === 'resolved' && (payload === true || fields.approved === true)
    const reason = typeof fields.reason === 'string' ? { reason: fields.reason } : {}
    const edited = fields.editedInput === undefined ? {} : { editedInput: fields.editedInput }
    return { approved, ...reason, ...(approved ? edited : {}) }
  }
  if (status === 'cancelled') return { action: 'cancel' }
  return { action: 'accept', ...(payload === undefined ? {} : { content: payload }) }
}

/** The results of client-side tools, which come as messages that name their call. */
function toolResults({ messages }: RunInput, requests: readonly RequestView[]): readonly Answer[] {
  return requests.flatMap((asked) => {
    if (asked.kind !== 'client-tool') return []
    const id = asked.call ?? asked.request
    const result = messages.findLast(({ role, toolCallId }) => role === 'tool' && toolCallId === id)
    return result ? [{ request: asked.request, ...resultOf(result) }] : []
  })
}

function resultOf(message: Message): Omit<Answer, 'request'> {
  if (message.error !== undefined) return { action: 'decline', content: message.error }
  const text = partsOf(message).flatMap((part) => (part.type === 'text' ? [part.text] : []))
  return { action: 'accept', content: jsonOrText(text.join('')) }
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
