import { z } from 'zod'
import { CallId, Json } from './common.ts'

/** Opaque to Longwire: what a model's provider wants back with this part in the next call (signatures, cache marks). */
const provider = Json.optional().describe('what the model provider wants back with this part')

export const TextPart = z.object({ type: z.literal('text'), text: z.string(), provider })
export const ReasoningPart = z.object({ type: z.literal('reasoning'), text: z.string(), provider })
export const ToolCallPart = z.object({
  type: z.literal('tool-call'),
  call: CallId,
  name: z.string(),
  input: Json,
  provider,
})
export const FilePart = z.object({
  type: z.literal('file'),
  mediaType: z.string().max(255),
  name: z.string().max(255).optional(),
  data: z.string().optional().describe('the bytes as base64'),
  url: z.string().max(8_192).optional(),
})
export const DataPart = z.object({
  type: z.literal('data'),
  name: z.string().max(128).describe('what kind of data this is, for the page that shows it'),
  data: Json,
})

export const MessagePart = z.discriminatedUnion('type', [TextPart, ReasoningPart, ToolCallPart, FilePart, DataPart])
export type MessagePart = z.infer<typeof MessagePart>

export const Message = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  parts: z.array(MessagePart),
})
export type Message = z.infer<typeof Message>

/** What a person may send: text, files, data of the page. */
export const InputPart = z.discriminatedUnion('type', [TextPart.omit({ provider: true }), FilePart, DataPart])
export type InputPart = z.infer<typeof InputPart>
