import type { EventOf, Json, SessionEvent } from '@longwire/protocol'
import type { MessageView, RequestView } from '@longwire/view'
import { cut, ToldText, textOf } from '../told-text.ts'

/** An event of AG-UI. */
export type RunEvent = { readonly type: string } & Readonly<Record<string, unknown>>

interface AssistantMessage {
  readonly id: string
  readonly role: 'assistant'
  readonly content?: string
  readonly toolCalls?: readonly object[]
}

/**
 * One run, told in AG-UI's events: each text message, thought, call and step is opened once and closed before the run is. What
 * a step said and then withdrew goes by a snapshot of the messages, which is the one way AG-UI has to take something back.
 */
export class RunTelling {
  readonly #told = ToldText.read('')
  readonly #mostCharacters: number
  /** Text messages, thoughts, calls and steps that are open, by id. */
  readonly #texts = new Set<string>()
  readonly #thoughts = new Set<string>()
  readonly #calls = new Map<string, string | undefined>()
  readonly #toldCalls = new Map<string, string>()
  readonly #steps = new Map<string, string>()
  readonly #messages: object[]
  /** Calls whose results the client has, since they are its own. */
  readonly #answered: ReadonlySet<string>

  /** `messages` are those that the client has. */
  constructor(messages: readonly object[], answered: ReadonlySet<string>, mostCharacters: number) {
    this.#messages = [...messages]
    this.#answered = answered
    this.#mostCharacters = mostCharacters
  }

  nameOf(call: string): string | undefined {
    return this.#toldCalls.get(call)
  }

  know(call: string, name: string): void {
    this.#toldCalls.set(call, name)
  }

  /** What a turn has said before this run joined it. */
  joined({ id, parts, draft }: MessageView): readonly RunEvent[] {
    const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
    for (const part of parts) if (part.type === 'tool') this.#toldCalls.set(part.call, part.name)
    if (text === '') return []
    const events = this.#text(id, text)
    return draft ? events : [...events, ...this.#endText(id)]
  }

  event(event: SessionEvent): readonly RunEvent[] {
    switch (event.type) {
      case 'chunk.text':
        return [...this.#endThought(event.step), ...this.#text(event.step, event.text)]
      case 'chunk.reasoning':
        return this.#thought(event.step, event.text)
      case 'chunk.tool':
        return [...this.#endThought(event.step), ...this.#callPiece(event)]
      case 'message.committed':
        return this.#message(event)
      case 'step.rolledback':
        return this.#rolledBack(event.step)
      case 'tool.started':
        return this.#call(event.call, event.name, event.input, undefined)
      case 'tool.finished':
        return this.#result(event)
      case 'trace.progress':
        return this.#step(event.span, event.label)
      case 'trace.span':
        return [...this.#step(event.span, event.label), ...this.#endStep(event.span)]
      default:
        return []
    }
  }

  /** A tool that the client is to run, where the call was not told yet. */
  clientTool({ call, request, input = {}, message }: Pick<RequestView, 'call' | 'request' | 'input' | 'message'>) {
    const id = call ?? request
    return this.#call(id, this.#toldCalls.get(id) ?? message, input, undefined)
  }

  /** Closes what is open, so that the run can end. */
  end(): readonly RunEvent[] {
    return [
      ...[...this.#thoughts].flatMap((step) => this.#endThought(step)),
      ...[...this.#texts].flatMap((step) => this.#endText(step)),
      ...[...this.#calls.keys()].flatMap((call) => this.#endCall(call)),
      ...[...this.#steps.keys()].flatMap((span) => this.#endStep(span)),
    ]
  }

  #text(step: string, piece: string): readonly RunEvent[] {
    const pieces = cut(this.#told.tellable(step, piece), this.#mostCharacters)
    const isNew = pieces.length > 0 && !this.#texts.has(step)
    if (isNew) this.#texts.add(step)
    for (const text of pieces) this.#told.tell(step, text)
    const contents = pieces.map((delta) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: step, delta }))
    return isNew ? [{ type: 'TEXT_MESSAGE_START', messageId: step, role: 'assistant' }, ...contents] : contents
  }

  #endText(step: string): readonly RunEvent[] {
    return this.#texts.delete(step) ? [{ type: 'TEXT_MESSAGE_END', messageId: step }] : []
  }

  #thought(step: string, piece: string): readonly RunEvent[] {
    if (piece === '') return []
    const messageId = thoughtOf(step)
    const contents = cut(piece, this.#mostCharacters).map((delta) => ({
      type: 'REASONING_MESSAGE_CONTENT',
      messageId,
      delta,
    }))
    if (this.#thoughts.has(step)) return contents
    this.#told.note(step)
    this.#thoughts.add(step)
    return [
      { type: 'REASONING_START', messageId },
      { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
      ...contents,
    ]
  }

  #endThought(step: string): readonly RunEvent[] {
    const messageId = thoughtOf(step)
    if (!this.#thoughts.delete(step)) return []
    return [
      { type: 'REASONING_MESSAGE_END', messageId },
      { type: 'REASONING_END', messageId },
    ]
  }

  #callPiece({ call, name, step, input }: EventOf<'chunk.tool'>): readonly RunEvent[] {
    const start = this.#calls.has(call) ? [] : [this.#startCall(call, name, step)]
    const pieces = cut(input, this.#mostCharacters)
    return [...start, ...pieces.map((delta) => ({ type: 'TOOL_CALL_ARGS', toolCallId: call, delta }))]
  }

  #startCall(call: string, name: string, step: string | undefined): RunEvent {
    this.#calls.set(call, step)
    this.#toldCalls.set(call, name)
    const parent = step === undefined ? {} : { parentMessageId: step }
    return { type: 'TOOL_CALL_START', toolCallId: call, toolCallName: name, ...parent }
  }

  #endCall(call: string): readonly RunEvent[] {
    return this.#calls.delete(call) ? [{ type: 'TOOL_CALL_END', toolCallId: call }] : []
  }

  /** A whole call, unless it was told. */
  #call(call: string, name: string, input: Json, step: string | undefined): readonly RunEvent[] {
    if (this.#toldCalls.has(call)) return this.#endCall(call)
    const start = this.#startCall(call, name, step)
    const pieces = cut(JSON.stringify(input), this.#mostCharacters)
    return [
      start,
      ...pieces.map((delta) => ({ type: 'TOOL_CALL_ARGS', toolCallId: call, delta })),
      ...this.#endCall(call),
    ]
  }

  #message(event: EventOf<'message.committed'>): readonly RunEvent[] {
    const { step, message } = event
    const thought = message.parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('')
    const unheard = this.#told.has(step) ? [] : this.#thought(step, thought)
    const whole = textOf(event)
    const { rest, withdrawn } = this.#told.committed(step, whole)
    const corrected = withdrawn ? this.#takeBack(step) : []
    const calls = message.parts.flatMap((part) =>
      part.type === 'tool-call' ? this.#call(part.call, part.name, part.input, step) : [],
    )
    const events = [
      ...unheard,
      ...this.#endThought(step),
      ...corrected,
      ...this.#text(step, rest),
      ...this.#endText(step),
      ...calls,
    ]
    this.#told.closed(step)
    this.#messages.push(assistantMessage(step, whole, message.parts))
    return events
  }

  #rolledBack(step: string): readonly RunEvent[] {
    const wasHeard = this.#told.has(step) || [...this.#calls.values()].includes(step)
    this.#told.withdrawn(step)
    return wasHeard ? this.#takeBack(step) : []
  }

  #takeBack(step: string): readonly RunEvent[] {
    const calls = [...this.#calls].flatMap(([call, of]) => (of === step ? [call] : []))
    const closed = [...this.#endThought(step), ...this.#endText(step), ...calls.flatMap((call) => this.#endCall(call))]
    for (const call of calls) this.#toldCalls.delete(call)
    return [...closed, { type: 'MESSAGES_SNAPSHOT', messages: [...this.#messages] }]
  }

  #result({ call, outcome, output, error }: EventOf<'tool.finished'>): readonly RunEvent[] {
    if (this.#answered.has(call)) return []
    const content =
      outcome === 'ok' ? (typeof output === 'string' ? output : JSON.stringify(output ?? null)) : undefined
    const text = content ?? `${outcome}: ${error ?? 'the tool gave no result'}`
    const result = { role: 'tool', toolCallId: call, content: text }
    this.#messages.push({ id: `${call}-result`, ...result })
    return [...this.#endCall(call), { type: 'TOOL_CALL_RESULT', messageId: `${call}-result`, ...result }]
  }

  #step(span: string, label: string): readonly RunEvent[] {
    if (this.#steps.has(span)) return []
    const isTaken = [...this.#steps.values()].includes(label)
    const stepName = isTaken ? `${label} (${span})` : label
    this.#steps.set(span, stepName)
    return [{ type: 'STEP_STARTED', stepName }]
  }

  #endStep(span: string): readonly RunEvent[] {
    const stepName = this.#steps.get(span)
    this.#steps.delete(span)
    return stepName === undefined ? [] : [{ type: 'STEP_FINISHED', stepName }]
  }
}

function thoughtOf(step: string): string {
  return `${step}-reasoning`
}

function assistantMessage(
  step: string,
  text: string,
  parts: EventOf<'message.committed'>['message']['parts'],
): AssistantMessage {
  const toolCalls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.call, type: 'function', function: { name: part.name, arguments: JSON.stringify(part.input) } }]
      : [],
  )
  return {
    id: step,
    role: 'assistant',
    ...(text === '' ? {} : { content: text }),
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
  }
}

/** The messages of a session, as a client of AG-UI keeps them. */
export function historyOf(messages: readonly MessageView[]): readonly object[] {
  return messages.flatMap(({ id, role, parts, draft }): object[] => {
    if (draft) return []
    const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
    if (role !== 'assistant') return text === '' ? [] : [{ id, role, content: text }]
    const calls = parts.flatMap((part) => (part.type === 'tool' ? [part] : []))
    const said = assistantMessage(
      id,
      text,
      calls.map(({ call, name, input = {} }) => ({ type: 'tool-call', call, name, input })),
    )
    const results = calls.flatMap(({ call, output, error }) => {
      if (output === undefined && error === undefined) return []
      const content = error ?? (typeof output === 'string' ? output : JSON.stringify(output))
      return [{ id: `${call}-result`, role: 'tool', toolCallId: call, content }]
    })
    return [said, ...results]
  })
}
