import type { ToolDescription } from '@longwire/protocol'
import type { MessageView, PartView, RequestView, ToolPartView, TurnView } from '@longwire/view'
import type { FinishReason, UIMessageChunk } from 'ai'
import type { LongwireMetadata } from '../longwire-message.ts'
import { asMessage, isApart, requestsOf } from './asked.ts'
import { ToldParts } from './told-parts.ts'
import { ToolTeller } from './tool-teller.ts'
import { TraceTeller } from './trace-teller.ts'

const REASONS: ReadonlySet<string> = new Set(['stop', 'length', 'content-filter', 'tool-calls', 'error', 'other'])

/**
 * Tells one turn to the AI SDK: given the turn as it is now, the chunks that lead there from where the last telling
 * stopped. However the line was cut and the events were merged meanwhile, the message ends as the turn.
 *
 * A step of the turn is a step of the message. Steps are told one at a time, each to its end, because only the step that
 * is told last can be taken back: a second one that is said at the same time is told when the first is over.
 */
export class Telling {
  readonly #tools = new ToolTeller()
  readonly #trace = new TraceTeller()
  /** Messages that were told to their end, as they were then. */
  readonly #told = new Map<string, MessageView>()
  #step: { readonly id: string; readonly parts: ToldParts } | undefined
  #steps = 0
  #isStepEmpty = false
  #hasBegun = false
  #metadata = ''
  readonly #withTrace: boolean

  constructor(options: { readonly trace: boolean }) {
    this.#withTrace = options.trace
  }

  /** `tools` are those of the session: a call has its title from its first moment on. */
  tell(turn: TurnView, tools: readonly ToolDescription[]): UIMessageChunk[] {
    const chunks: UIMessageChunk[] = []
    const requests = requestsOf(turn)
    const messages = messagesOf(turn)
    this.#tools.know(tools)
    if (!this.#hasBegun) chunks.push(this.#begin(turn))
    if (this.#withTrace) chunks.push(...this.#trace.tell(turn.trace, this.#steps))
    chunks.push(...this.#moved(messages, requests))
    const isOver = turn.endedAt !== undefined
    for (let next = this.#next(messages); next; next = this.#next(messages)) {
      const isWhole = next !== 'withdrawn' && standsWhole(next) && (!next.draft || isOver || next !== messages.at(-1))
      if (!this.#tellStep(next, isWhole, requests, chunks)) break
    }
    // Again, for what went with a step that was taken back.
    chunks.push(...this.#moved(messages, requests))
    if (this.#withTrace) chunks.push(...this.#trace.tell(turn.trace, this.#steps))
    return [...chunks, ...this.#about(turn)]
  }

  /** The chunks that end the message where the turn has ended, or waits for nothing but a person. */
  end({ status, finishReason, error, endedAt }: TurnView): UIMessageChunk[] {
    if (endedAt === undefined) return [{ type: 'finish', finishReason: 'tool-calls' }]
    if (status === 'failed') return [{ type: 'error', errorText: error?.message ?? 'the turn failed' }]
    if (status === 'cancelled') return [{ type: 'abort' }, { type: 'finish' }]
    const reason = finishReason !== undefined && REASONS.has(finishReason) ? finishReason : 'stop'
    return [{ type: 'finish', finishReason: reason as FinishReason }]
  }

  /** A message from elsewhere goes on from here, after what it shows. */
  goOn(
    parts: readonly {
      readonly toolCallId?: string
      readonly state?: string
      readonly approval?: { readonly id: string }
    }[],
  ) {
    this.#hasBegun = false
    for (const { toolCallId, state = '', approval } of parts)
      if (toolCallId !== undefined) this.#tools.knows(toolCallId, approval?.id, state)
    this.#lookAgain()
  }

  /** What was told of messages may have moved, or gone. */
  #lookAgain(): void {
    for (const [id, known] of this.#told) this.#told.set(id, isBegun(known) ? { ...NEVER, draft: true } : NEVER)
  }

  #begin(turn: TurnView): UIMessageChunk {
    this.#hasBegun = true
    this.#metadata = JSON.stringify(metadataOf(turn))
    return { type: 'start', messageId: turn.turn, messageMetadata: metadataOf(turn) }
  }

  #about(turn: TurnView): UIMessageChunk[] {
    const metadata = metadataOf(turn)
    const json = JSON.stringify(metadata)
    if (json === this.#metadata) return []
    this.#metadata = json
    return [{ type: 'message-metadata', messageMetadata: metadata }]
  }

  /** What became of calls whose message was told: they have results, they are asked about. */
  #moved(messages: readonly MessageView[], requests: readonly RequestView[]): UIMessageChunk[] {
    return messages.flatMap((message) => {
      const known = this.#told.get(message.id)
      if (!known || (known === message && !asksAbout(message, requests))) return []
      this.#told.set(message.id, isBegun(known) && !message.draft ? { ...message, draft: true } : message)
      // What is still drafted beside calls that have started may be taken back, and these cannot.
      const calls = message.parts.filter((part) => part.type === 'tool' && (!message.draft || isStarted(part)))
      return (calls as ToolPartView[]).flatMap((part) => this.#tools.tell(part, requests, this.#steps))
    })
  }

  #next(messages: readonly MessageView[]): MessageView | 'withdrawn' | undefined {
    if (this.#step) return messages.find(({ id }) => id === this.#step?.id) ?? 'withdrawn'
    return messages.find((message) => this.#isUntold(message))
  }

  /** What was told as calls alone may have been said more with: it is told in a step of its own. */
  #isUntold(message: MessageView): boolean {
    const known = this.#told.get(message.id)
    if (!known) return true
    return isBegun(known) && !message.draft && message.parts.some(({ type }) => type !== 'tool')
  }

  /** Whether the step is over, so that another one may be told. */
  #tellStep(
    message: MessageView | 'withdrawn',
    isWhole: boolean,
    requests: readonly RequestView[],
    chunks: UIMessageChunk[],
  ): boolean {
    if (message === 'withdrawn' || this.#step?.parts.fits(message.parts) === false) {
      chunks.push(...this.#takeBack())
      return true
    }
    if (!this.#step) chunks.push(...this.#beginStep(message.id))
    const { parts } = this.#step!
    for (const [index, part] of message.parts.entries()) {
      chunks.push(...parts.tell(part, index, isWhole || index < message.parts.length - 1))
      if (part.type === 'tool') chunks.push(...this.#tools.tell(part, requests, this.#steps))
    }
    if (message.parts.length > 0) this.#isStepEmpty = false
    if (isWhole) {
      this.#told.set(message.id, message)
      this.#step = undefined
      chunks.push({ type: 'finish-step' })
    }
    return isWhole
  }

  #beginStep(id: string): UIMessageChunk[] {
    this.#step = { id, parts: new ToldParts(`${id}#${this.#steps}`) }
    if (this.#isStepEmpty) return [] // the one before was taken back: this one is in its place
    this.#steps += 1
    this.#isStepEmpty = true
    return [{ type: 'start-step' }]
  }

  #takeBack(): UIMessageChunk[] {
    this.#tools.forget(this.#steps)
    this.#trace.forget(this.#steps)
    this.#lookAgain()
    this.#step = undefined
    this.#isStepEmpty = true
    return [{ type: 'reset-step' }]
  }
}

/** Whether it was told before it was committed. */
function isBegun({ draft }: MessageView): boolean {
  return draft === true
}

/** In place of a message that may have moved since. */
const NEVER: MessageView = { id: '', role: 'assistant', parts: [], at: 0 }

/** What the agent said in the turn, what it asked among it, each in its place. */
function messagesOf({ messages, requests }: TurnView): readonly MessageView[] {
  const said = messages.filter(({ role, delivery }) => role === 'assistant' && delivery === undefined)
  const asked = requests.filter(isApart).map(asMessage)
  for (const message of asked) {
    const before = said.findIndex((each) => !standsWhole(each) || each.at > message.at)
    said.splice(before < 0 ? said.length : before, 0, message)
  }
  return said
}

/** Whether all of it is in the log: it is committed, or is nothing but calls that have started. */
function standsWhole({ draft, parts }: MessageView): boolean {
  return !draft || parts.every(isStarted)
}

function isStarted(part: PartView): boolean {
  return part.type === 'tool' && part.startedAt !== undefined
}

function asksAbout({ parts }: MessageView, requests: readonly RequestView[]): boolean {
  return parts.some((part) => part.type === 'tool' && requests.some(({ call }) => call === part.call))
}

function metadataOf({ turn, status, startedAt, endedAt, usage, error, messages }: TurnView): LongwireMetadata {
  return {
    ...{ turn, status, startedAt },
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(usage === undefined ? {} : { usage }),
    ...(error === undefined ? {} : { error }),
    ...(messages.some(({ partial }) => partial) ? { partial: true } : {}),
  }
}
