import type {
  JSONValue,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider'
import type { InputPart, Json, MessagePart } from '@longwire/protocol'
import type { HistoryEntry, ToolResult } from '../boundary/messages.ts'

type UserEntry = Extract<HistoryEntry, { role: 'user' }>
type AssistantEntry = Extract<HistoryEntry, { role: 'assistant' }>
type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']

/** Whether the model fetches a file of this kind from this address by itself. */
export type ReadsUrl = (mediaType: string, url: string) => boolean

/**
 * The conversation as a model takes it. However the history came about, the result is well-formed: each tool call is
 * followed by exactly one result, and no message is empty.
 */
export function promptOf(
  instructions: string | undefined,
  conversation: readonly HistoryEntry[],
  readsUrl: ReadsUrl,
): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = instructions ? [{ role: 'system', content: instructions }] : []
  const results = resultsByCall(conversation)
  for (const entry of conversation) {
    if (entry.role === 'user') prompt.push(...userMessage(entry, readsUrl))
    if (entry.role === 'assistant') prompt.push(...assistantMessages(entry, results))
  }
  return prompt
}

function userMessage({ parts, context }: UserEntry, readsUrl: ReadsUrl): LanguageModelV4Message[] {
  const content = parts.flatMap((part) => userPart(part, readsUrl))
  if (context !== undefined) content.push({ type: 'text', text: `Context: ${JSON.stringify(context)}` })
  return content.length > 0 ? [{ role: 'user', content }] : []
}

function userPart(part: InputPart, readsUrl: ReadsUrl): (LanguageModelV4TextPart | LanguageModelV4FilePart)[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'data':
      return [{ type: 'text', text: `${part.name}: ${JSON.stringify(part.data)}` }]
    case 'file':
      return [filePart(part, readsUrl)]
  }
}

/** Nothing is fetched here on a person's behalf: an address that the model does not read itself is shown to it as text. */
function filePart(
  { mediaType, name, data, url }: Extract<InputPart, { type: 'file' }>,
  readsUrl: ReadsUrl,
): LanguageModelV4TextPart | LanguageModelV4FilePart {
  const file = { type: 'file', mediaType, ...(name === undefined ? {} : { filename: name }) } as const
  if (data !== undefined) return { ...file, data: { type: 'data', data } }
  if (url !== undefined && URL.canParse(url) && readsUrl(mediaType, url)) {
    return { ...file, data: { type: 'url', url: new URL(url) } }
  }
  return {
    type: 'text',
    text: `[a file that cannot be read here: ${[name, mediaType, url].filter(Boolean).join(', ')}]`,
  }
}

function assistantMessages(entry: AssistantEntry, results: ResultsByCall): LanguageModelV4Message[] {
  const content: AssistantContent = entry.parts.flatMap(assistantPart)
  if (content.length === 0) return []
  const calls = entry.parts.filter((part) => part.type === 'tool-call')
  const answered = calls.map((call) => resultPart(results.get(call.call)?.shift() ?? neverFinished(call)))
  const answer: LanguageModelV4Message[] = answered.length > 0 ? [{ role: 'tool', content: answered }] : []
  return [{ role: 'assistant', content }, ...answer]
}

function assistantPart(part: MessagePart): AssistantContent {
  switch (part.type) {
    case 'text':
      return part.text === '' && !part.provider ? [] : [{ type: 'text', text: part.text, ...providerOf(part) }]
    case 'reasoning':
      return part.text === '' && !part.provider ? [] : [{ type: 'reasoning', text: part.text, ...providerOf(part) }]
    case 'tool-call':
      return [
        {
          type: 'tool-call',
          toolCallId: part.call,
          toolName: part.name,
          // What the model wrote may have been no JSON at all, and its provider takes objects only.
          input: isObject(part.input) ? part.input : {},
          ...providerOf(part),
        },
      ]
    case 'file':
      return part.data === undefined
        ? []
        : [{ type: 'file', mediaType: part.mediaType, data: { type: 'data', data: part.data } }]
    case 'data':
      return []
  }
}

function providerOf({ provider }: { readonly provider?: Json | undefined }): { readonly providerOptions?: never } {
  return isObject(provider) ? { providerOptions: provider as never } : {}
}

type ResultsByCall = ReadonlyMap<string, ToolResult[]>

function resultsByCall(conversation: readonly HistoryEntry[]): ResultsByCall {
  const results = new Map<string, ToolResult[]>()
  for (const entry of conversation) {
    if (entry.role !== 'tool') continue
    for (const result of entry.results) results.set(result.call, [...(results.get(result.call) ?? []), result])
  }
  return results
}

function neverFinished({ call, name }: { readonly call: string; readonly name: string }): ToolResult {
  return { call, name, outcome: 'error', error: 'this call was not finished' }
}

function resultPart(result: ToolResult): LanguageModelV4ToolResultPart {
  return { type: 'tool-result', toolCallId: result.call, toolName: result.name, output: resultOutput(result) }
}

function resultOutput({ outcome, output, error }: ToolResult): LanguageModelV4ToolResultOutput {
  switch (outcome) {
    case 'ok':
      return typeof output === 'string'
        ? { type: 'text', value: output }
        : { type: 'json', value: (output ?? null) as JSONValue }
    case 'denied':
      return { type: 'execution-denied', ...(error === undefined ? {} : { reason: error }) }
    case 'error':
      return { type: 'error-text', value: error ?? 'the tool failed' }
    case 'cancelled':
      return { type: 'error-text', value: error ?? 'the call was cancelled' }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
