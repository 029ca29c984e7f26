import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { Json, Usage } from '@longwire/protocol'
import type { OpenMessage, OpenTextPart, OpenToolPart } from '../turn/open-message.ts'
import { StreamBroken } from './provider-fault.ts'
import { usageOf } from './usage.ts'

/** A tool call as the model made it. */
export interface ToolCall {
  readonly call: string
  readonly name: string
  readonly input: Json
  /** Why the input could not be read, where it could not. */
  readonly unreadable?: string | undefined
}

/** What a whole model call said. */
export interface Heard {
  readonly calls: readonly ToolCall[]
  readonly finishReason: string
  readonly usage: Usage
}

interface HeardText {
  readonly type: 'text' | 'reasoning'
  part?: OpenTextPart
  provider?: SharedV4ProviderMetadata
}

/** Takes the stream of one model call, part by part, into the message that is being said. */
export class Hearing {
  readonly #message: OpenMessage
  readonly #nameCall: (given: string) => string
  readonly #texts = new Map<string, HeardText>()
  readonly #tools = new Map<string, OpenToolPart>()
  readonly #calls: ToolCall[] = []
  /** Calls that the provider answers itself: nothing of ours, and no result may be waited for. */
  readonly #foreign = new Set<string>()
  #finish: Extract<LanguageModelV4StreamPart, { type: 'finish' }> | undefined

  constructor(message: OpenMessage, nameCall: (given: string) => string) {
    this.#message = message
    this.#nameCall = nameCall
  }

  hear(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        this.#texts.set(key(part), { type: typeOf(part.type) })
        this.#addText(part, '')
        break
      case 'text-delta':
      case 'reasoning-delta':
        this.#addText(part, part.delta)
        break
      case 'text-end':
      case 'reasoning-end':
        this.#addText(part, '')
        break
      case 'tool-input-start':
        if (part.providerExecuted) this.#foreign.add(part.id)
        else this.#tool(part.id, part.toolName)
        break
      case 'tool-input-delta':
        if (this.#tools.has(part.id)) this.#message.addInput(this.#tools.get(part.id)!, part.delta)
        break
      case 'tool-call':
        this.#toolCall(part)
        break
      case 'file':
        this.#file(part)
        break
      case 'source':
        this.#message.put({ type: 'data', name: 'source', data: sourceOf(part) })
        break
      case 'finish':
        this.#finish = part
        break
      case 'error':
        throw part.error
    }
  }

  /** What was said, once the stream is over. Throws where it did not come to its end. */
  end(): Heard {
    const finish = this.#finish
    if (!finish) throw new StreamBroken('the stream ended before the model was done')
    const reason = finish.finishReason.unified
    if (reason === 'interrupted' || reason === 'error') throw new StreamBroken(`the stream ended with «${reason}»`)
    return { calls: this.#calls, finishReason: reason, usage: usageOf(finish.usage) }
  }

  #addText(part: TextStreamPart, text: string): void {
    const heard = this.#texts.get(key(part)) ?? { type: typeOf(part.type) }
    this.#texts.set(key(part), heard)
    if (part.providerMetadata) heard.provider = { ...heard.provider, ...part.providerMetadata }
    if (text === '' && !heard.provider) return
    heard.part ??= this.#message.begin(heard.type)
    if (heard.provider) heard.part.provider = heard.provider as Json
    if (text !== '') this.#message.add(heard.part, text)
  }

  #tool(id: string, name: string): OpenToolPart {
    const open = this.#tools.get(id)
    if (open) return open
    const part = this.#message.beginTool(this.#nameCall(id), name)
    this.#tools.set(id, part)
    return part
  }

  #toolCall(call: Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>): void {
    if (call.providerExecuted || this.#foreign.has(call.toolCallId)) return
    const part = this.#tool(call.toolCallId, call.toolName)
    const { input, unreadable } = readInput(call.input)
    this.#message.setInput(part, input, Buffer.byteLength(call.input))
    if (call.providerMetadata) part.provider = call.providerMetadata as Json
    this.#calls.push({ call: part.call, name: part.name, input, unreadable })
  }

  #file({ mediaType, data }: Extract<LanguageModelV4StreamPart, { type: 'file' }>): void {
    if (data.type === 'url') {
      this.#message.put({ type: 'file', mediaType, url: data.url.toString() })
      return
    }
    const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64')
    this.#message.put({ type: 'file', mediaType, data: base64 })
  }
}

type TextStreamPart = Extract<
  LanguageModelV4StreamPart,
  { type: 'text-start' | 'text-delta' | 'text-end' | 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }
>

/** Text and reasoning may use the same ids. */
function key({ type, id }: TextStreamPart): string {
  return `${typeOf(type)} ${id}`
}

function typeOf(type: TextStreamPart['type']): 'text' | 'reasoning' {
  return type.startsWith('text') ? 'text' : 'reasoning'
}

function readInput(text: string): { readonly input: Json; readonly unreadable?: string } {
  // Some providers send nothing for a tool that takes nothing.
  if (text.trim() === '') return { input: {} }
  try {
    return { input: JSON.parse(text) as Json }
  } catch (error) {
    return { input: text, unreadable: `the input is not JSON: ${(error as Error).message}` }
  }
}

function sourceOf(source: Extract<LanguageModelV4StreamPart, { type: 'source' }>) {
  const { sourceType, id, title } = source
  const address = source.sourceType === 'url' ? { url: source.url } : { mediaType: source.mediaType }
  return { sourceType, id, ...(title === undefined ? {} : { title }), ...address }
}
