import { type Json, LIMITS, type MessagePart, type Usage } from '@longwire/protocol'
import { escapeText } from './escape-text.ts'
import { AgentFailure } from './failure.ts'
import type { CommitFields, Voice } from './voice.ts'

/** A message that is still being said: each part streams as a draft, and one commit will hold them all. */
export class OpenMessage {
  readonly step: string
  /** It is in the log already: what is said here is not said again. */
  readonly isRecorded: boolean
  readonly #voice: Pick<Voice, 'open' | 'add'>
  readonly #turn: string
  readonly #parts: OpenPart[] = []
  #bytes = 0

  constructor(voice: Pick<Voice, 'open' | 'add'>, turn: string, step: string, isRecorded = false) {
    this.#voice = voice
    this.#turn = turn
    this.step = step
    this.isRecorded = isRecorded
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  /** The text said so far, reasoning left out. */
  get text(): string {
    return this.#parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  }

  /** Goes on with the last part, or begins another where the kind changes. */
  say(type: 'text' | 'reasoning', text: string): void {
    if (text === '' || this.isRecorded) return
    const last = this.#parts.at(-1)
    this.add(last?.type === type ? last : this.begin(type), text)
  }

  begin(type: 'text' | 'reasoning'): OpenTextPart {
    const part: OpenTextPart = { type, number: this.#parts.length, text: '' }
    this.#parts.push(part)
    return part
  }

  beginTool(call: string, name: string): OpenToolPart {
    const part: OpenToolPart = { type: 'tool-call', call, name, input: null }
    this.#parts.push(part)
    return part
  }

  add(part: OpenTextPart, text: string): void {
    part.text += text
    part.draft ??= this.#voice.open({
      type: `chunk.${part.type}`,
      turn: this.#turn,
      step: this.step,
      part: `${part.number}`,
    })
    this.#stream(part.draft, text)
  }

  /** Adds to the JSON text of a tool call's input, which the person may watch; the input itself is set when whole. */
  addInput(part: OpenToolPart, text: string): void {
    part.draft ??= this.#voice.open({
      type: 'chunk.tool',
      turn: this.#turn,
      step: this.step,
      call: part.call,
      name: part.name,
    })
    this.#stream(part.draft, text)
  }

  /** The input is whole now. */
  setInput(part: OpenToolPart, input: Json, bytes: number): void {
    if (part.draft === undefined) this.#count(bytes)
    part.input = input
  }

  /** Puts in a part that came whole. */
  put(part: Extract<MessagePart, { type: 'file' | 'data' }>): void {
    this.#count(Buffer.byteLength(JSON.stringify(part)))
    this.#parts.push({ type: 'whole', part })
  }

  parts(): readonly MessagePart[] {
    return this.#parts.map(messagePart)
  }

  commit(usage?: Usage, finishReason?: string): CommitFields {
    const message = { role: 'assistant' as const, parts: [...this.parts()] }
    return {
      type: 'message.committed',
      step: this.step,
      message,
      ...(usage === undefined ? {} : { usage }),
      ...(finishReason === undefined ? {} : { finishReason }),
    } as CommitFields
  }

  #stream(draft: number, text: string): void {
    const escaped = escapeText(text)
    const bytes = Buffer.byteLength(escaped)
    this.#count(bytes)
    this.#voice.add(draft, escaped, bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= LIMITS.draftBytes) return
    const bound = `at most ${LIMITS.draftBytes} bytes may be said in one step`
    throw new AgentFailure('output_too_big', `step ${this.step} says more than a step may: ${bound}`)
  }
}

export interface OpenTextPart {
  readonly type: 'text' | 'reasoning'
  readonly number: number
  text: string
  draft?: number
  provider?: Json
}

export interface OpenToolPart {
  readonly type: 'tool-call'
  readonly call: string
  readonly name: string
  input: Json
  draft?: number
  provider?: Json
}

type OpenPart =
  | OpenTextPart
  | OpenToolPart
  | { readonly type: 'whole'; readonly part: Extract<MessagePart, { type: 'file' | 'data' }> }

function messagePart(part: OpenPart): MessagePart {
  if (part.type === 'whole') return part.part
  const provider = part.provider === undefined ? {} : { provider: part.provider as never }
  if (part.type === 'tool-call') {
    return { type: 'tool-call', call: part.call, name: part.name, input: part.input as never, ...provider }
  }
  return { type: part.type, text: part.text, ...provider }
}
