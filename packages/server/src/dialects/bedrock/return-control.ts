import type { EventOf, Json } from '@longwire/protocol'
import { z } from 'zod'
import { Refusal } from '../../refusal.ts'

/** A request of the agent, as far as a peer is told of it. */
export type Asked = Pick<EventOf<'control.requested'>, 'request' | 'kind' | 'message'> &
  Partial<
    Pick<EventOf<'control.requested'>, 'turn' | 'call' | 'input' | 'schema' | 'options' | 'expiresAt' | 'hash' | 'to'>
  >

interface Parameter {
  readonly name: string
  readonly type: string
  readonly value: string
}

/** What a peer of the service is to run or to ask its user, in the service's shape. */
export function returnControl(asked: Asked, agentId: string, tool: string | undefined) {
  const functionInvocationInput = {
    actionGroup: tool === undefined ? 'person' : 'tools',
    agentId,
    function: tool ?? asked.kind,
    actionInvocationType: asked.kind === 'approval' ? 'USER_CONFIRMATION' : 'RESULT',
    parameters: parametersOf(asked),
  }
  return { invocationId: asked.request, invocationInputs: [{ functionInvocationInput }] }
}

function parametersOf({ kind, message, input, schema, options }: Asked): readonly Parameter[] {
  if (input !== undefined && input !== null && typeof input === 'object' && !Array.isArray(input)) {
    return Object.entries(input).map(([name, value]) => parameter(name, value))
  }
  if (input !== undefined) return [parameter('input', input)]
  const question = parameter('message', message)
  if (kind === 'form') return [question, parameter('schema', schema ?? {})]
  if (kind === 'choice')
    return [
      question,
      parameter(
        'options',
        (options ?? []).map(({ value }) => value),
      ),
    ]
  return [question]
}

function parameter(name: string, value: Json): Parameter {
  return { name, type: typeOf(value), value: typeof value === 'string' ? value : JSON.stringify(value) }
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return value === null ? 'string' : typeof value
}

const Result = z.object({
  actionGroup: z.string().optional(),
  confirmationState: z.enum(['CONFIRM', 'DENY']).optional(),
  responseState: z.enum(['FAILURE', 'REPROMPT']).optional(),
  responseBody: z.record(z.string(), z.object({ body: z.string().optional() })).optional(),
})
const Results = z
  .array(z.object({ functionResult: Result.optional(), apiResult: Result.optional() }))
  .min(1)
  .max(5)

/** What was answered, in the words of an `answer` command. */
export type Given =
  | { readonly approved: boolean; readonly reason?: string; readonly editedInput?: Json }
  | { readonly action: 'accept' | 'decline' | 'cancel'; readonly content?: Json }

/** The answer that these results of a return of control are. A kind that is not known here is guessed from them. */
export function answerOfResults(results: unknown, kind: Asked['kind'] | undefined): Given {
  const parsed = Results.safeParse(results)
  const first = parsed.success ? (parsed.data[0]!.functionResult ?? parsed.data[0]!.apiResult) : undefined
  if (!first) {
    throw new Refusal('bad_field', 'returnControlInvocationResults: one to five functionResult or apiResult are wanted')
  }
  const { confirmationState, responseState, responseBody = {} } = first
  const body = Object.values(responseBody)[0]?.body
  if ((kind ?? (confirmationState === undefined ? 'client-tool' : 'approval')) === 'approval') {
    if (confirmationState === undefined && responseState === undefined) {
      throw new Refusal('bad_field', 'confirmationState: CONFIRM or DENY is wanted for an approval')
    }
    return confirmationState === 'CONFIRM' ? { approved: true } : denied(body)
  }
  if (confirmationState === 'DENY' || responseState === 'FAILURE') return { action: 'decline', ...content(body) }
  return { action: 'accept', ...content(body) }
}

function denied(reason: string | undefined): Given {
  return { approved: false, ...(reason === undefined ? {} : { reason: reason.slice(0, 4_096) }) }
}

function content(body: string | undefined): { readonly content?: Json } {
  return body === undefined ? {} : { content: jsonOrText(body) }
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

const SAYS_YES: ReadonlySet<unknown> = new Set(['approve', 'approved', 'confirm', 'CONFIRM', 'accept', 'yes', 'allow'])
const SAYS_NO: ReadonlySet<unknown> = new Set(['deny', 'denied', 'DENY', 'reject', 'decline', 'cancel', 'no'])

/** The answer that a `control` frame is, which says it in fewer words. */
export function answerOfControl(control: Readonly<Record<string, unknown>>, kind: Asked['kind'] | undefined): Given {
  const { approved, action, decision, confirmationState, reason, editedInput, content } = control
  const word = action ?? decision ?? confirmationState
  const says =
    typeof approved === 'boolean' ? approved : SAYS_YES.has(word) ? true : SAYS_NO.has(word) ? false : undefined
  const isApproval = kind === undefined ? content === undefined && says !== undefined : kind === 'approval'
  if (isApproval) {
    if (says === undefined) throw new Refusal('bad_field', 'control: approved, true or false, is wanted')
    const why = typeof reason === 'string' ? { reason } : {}
    return { approved: says, ...why, ...(editedInput === undefined ? {} : { editedInput: editedInput as Json }) }
  }
  if (says === undefined && content === undefined) throw new Refusal('bad_field', 'control: content is wanted')
  const given = content === undefined ? {} : { content: content as Json }
  if (says === false) return { action: action === 'cancel' ? 'cancel' : 'decline', ...given }
  return { action: 'accept', ...given }
}
