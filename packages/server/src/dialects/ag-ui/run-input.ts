import type { InputPart, Json } from '@longwire/protocol'
import { z } from 'zod'
import { Refusal } from '../../refusal.ts'

const Source = z.object({
  type: z.enum(['data', 'url']),
  value: z.string(),
  mimeType: z.string().max(255).optional(),
})
const Part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  source: Source.optional(),
})
const Message = z.looseObject({
  id: z.string().optional(),
  role: z.string(),
  content: z.union([z.string(), z.array(Part)]).nullish(),
  toolCallId: z.string().optional(),
  error: z.string().optional(),
})
export type Message = z.infer<typeof Message>

const Resume = z.looseObject({
  interruptId: z.string(),
  status: z.enum(['resolved', 'cancelled']),
  payload: z.json().optional(),
})
export type Resume = z.infer<typeof Resume>

const RunInput = z.looseObject({
  threadId: z.string().min(1),
  runId: z.string().min(1),
  messages: z.array(Message).default([]),
  state: z.json().optional(),
  tools: z.array(z.json()).nullish(),
  context: z.array(z.json()).nullish(),
  forwardedProps: z.json().optional(),
  resume: z.array(Resume).nullish(),
})

/** What an AG-UI client wants run, as far as it is read here. */
export type RunInput = z.infer<typeof RunInput>

export function readRunInput(value: unknown): RunInput {
  const parsed = RunInput.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Refusal('bad_field', `${issue.path.join('.') || 'the input of the run'}: ${issue.message}`)
}

/** What a message says, as the parts of an input. */
export function partsOf({ content }: Message): readonly InputPart[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.flatMap((part): InputPart[] => {
    if (part.text !== undefined) return [{ type: 'text', text: part.text }]
    if (!part.source) return []
    const { type, value, mimeType = 'application/octet-stream' } = part.source
    return [{ type: 'file', mediaType: mimeType, ...(type === 'data' ? { data: value } : { url: value }) }]
  })
}

/** What the client gave beside what its person said; undefined where it gave nothing. */
export function contextOf({ state, tools, context, forwardedProps }: RunInput): Json | undefined {
  const given = Object.entries({ state, tools, context, forwardedProps }).filter(([, value]) => !isEmpty(value))
  return given.length === 0 ? undefined : (Object.fromEntries(given) as Json)
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}
