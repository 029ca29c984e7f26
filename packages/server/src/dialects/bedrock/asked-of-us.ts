import type { CommandOf, InputPart, Json } from '@longwire/protocol'
import { z } from 'zod'
import { Refusal } from '../../refusal.ts'
import { type Asked, answerOfControl, answerOfResults, type Given } from './return-control.ts'

type Input = Pick<CommandOf<'input'>, 'text' | 'parts' | 'context' | 'delivery'>

/** What a frame or a body of this dialect asks for. */
export interface Wanted {
  readonly input?: Input | undefined
  /** The running turn shall stop. */
  readonly stops: boolean
  readonly answer?: GivenTo | undefined
  readonly enableTrace?: boolean | undefined
  readonly endSession: boolean
  /** The peer's own id for this, so that it can be sent again without being done again. */
  readonly id?: string | undefined
}

export interface GivenTo {
  /** The request that is answered; the only open one where it is left out. */
  readonly request: string | undefined
  /** The answer, once the kind of the request is known. */
  readonly given: (kind: Asked['kind'] | undefined) => Given
}

const Context = z.json()
const StringMap = z.record(z.string(), z.string())
const File = z.object({
  name: z.string().max(255),
  source: z.object({
    sourceType: z.string(),
    byteContent: z.object({ mediaType: z.string().max(255), data: z.base64() }).optional(),
  }),
})
const SessionState = z.object({
  sessionAttributes: StringMap.optional(),
  promptSessionAttributes: StringMap.optional(),
  invocationId: z.string().min(1).max(128).optional(),
  returnControlInvocationResults: z.array(z.unknown()).optional(),
  files: z.array(File).max(5).optional(),
})
const Fields = z.object({
  inputText: z.string().optional(),
  interrupt: z
    .union([z.boolean(), z.string(), z.object({ inputText: z.string().optional(), reason: z.string().optional() })])
    .optional(),
  additionalContext: Context.optional(),
  sessionState: SessionState.optional(),
  control: z.record(z.string(), Context).optional(),
  enableTrace: z.boolean().optional(),
  endSession: z.boolean().optional(),
  id: z.string().min(1).max(128).optional(),
})
type Fields = z.infer<typeof Fields>
/** The fields of which a frame has at least one. */
export const KNOWN = Object.keys(Fields.shape).filter((name) => name !== 'id')

/** Reads a text frame as what it asks for. Throws `bad_frame` or `bad_field` where it is none of this dialect. */
export function readFrame(frame: string): Wanted {
  let value: unknown
  try {
    value = JSON.parse(frame)
  } catch {
    throw new Refusal('bad_frame', 'the frame is not JSON')
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Refusal('bad_frame', 'the frame is not a JSON object')
  }
  if (!KNOWN.some((name) => Object.hasOwn(value, name))) {
    throw new Refusal('bad_field', `the frame asks for nothing: give one of ${KNOWN.join(', ')}`)
  }
  return readAsked(value)
}

/** Reads an object as what it asks for. */
export function readAsked(value: unknown): Wanted {
  const parsed = Fields.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new Refusal('bad_field', `${issue.path.join('.') || 'the frame'}: ${issue.message}`)
  }
  const fields = parsed.data
  const { enableTrace, endSession = false, id } = fields
  const answer = answerOf(fields)
  // As the service does it: text beside an answer is not read.
  const input = answer ? undefined : inputOf(fields)
  return { input, answer, enableTrace, endSession, id, stops: input === undefined && isInterrupt(fields) }
}

function isInterrupt({ interrupt }: Fields): boolean {
  return interrupt !== undefined && interrupt !== false
}

function inputOf(fields: Fields): Input | undefined {
  const { interrupt, sessionState, additionalContext } = fields
  const broken =
    typeof interrupt === 'string' ? interrupt : typeof interrupt === 'object' ? interrupt.inputText : undefined
  const text = fields.inputText || broken || undefined
  const files = filesOf(sessionState)
  const context = contextOf(additionalContext, sessionState)
  if (text === undefined && files.length === 0) {
    // What the agent should know joins the turn that runs, and starts none.
    return additionalContext === undefined ? undefined : { context: additionalContext, delivery: 'steer' }
  }
  const said = files.length === 0 ? { text } : { parts: [...(text === undefined ? [] : [textPart(text)]), ...files] }
  return {
    ...(said as Input),
    ...(context === undefined ? {} : { context }),
    ...(isInterrupt(fields) ? { delivery: 'interrupt' as const } : {}),
  }
}

function textPart(text: string): InputPart {
  return { type: 'text', text }
}

function filesOf(state: Fields['sessionState']): readonly InputPart[] {
  return (state?.files ?? []).map(({ name, source }) => {
    if (!source.byteContent) throw new Refusal('bad_field', `files: ${name}: only BYTE_CONTENT can be read here`)
    const { mediaType, data } = source.byteContent
    return { type: 'file', name, mediaType, data }
  })
}

function contextOf(context: Json | undefined, state: Fields['sessionState']): Json | undefined {
  const { sessionAttributes, promptSessionAttributes } = state ?? {}
  const attributes = {
    ...(sessionAttributes === undefined ? {} : { sessionAttributes }),
    ...(promptSessionAttributes === undefined ? {} : { promptSessionAttributes }),
  }
  if (Object.keys(attributes).length === 0) return context
  return context === undefined ? attributes : { ...attributes, additionalContext: context }
}

function answerOf({ sessionState, control }: Fields): GivenTo | undefined {
  const results = sessionState?.returnControlInvocationResults
  if (results !== undefined) {
    return { request: sessionState?.invocationId, given: (kind) => answerOfResults(results, kind) }
  }
  if (control === undefined) return undefined
  const { invocationId, request } = control
  const named = invocationId ?? request
  return {
    request: typeof named === 'string' ? named : undefined,
    given: (kind) => answerOfControl(control, kind),
  }
}
