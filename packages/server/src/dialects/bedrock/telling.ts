import type { EventOf, Json, SessionEvent } from '@longwire/protocol'
import { cut, type ToldText, textOf, type Withdrawn } from '../told-text.ts'
import type { Asked } from './return-control.ts'

/** How much of the agent's work a peer is shown. */
export type Shows = 'nothing' | 'milestones' | 'steps'

/** The trace as the service nests it: exactly one kind of it. */
type TraceUnion = Readonly<Record<string, Json>>

/** Something to tell a peer, before it has the form of one of the service's doors. */
export type Said =
  | { readonly say: 'text'; readonly text: string }
  | { readonly say: 'withdrawn'; readonly withdrawn: Withdrawn; readonly reason: string }
  | {
      readonly say: 'trace'
      readonly rationale: string
      readonly about: Readonly<Record<string, Json>>
      readonly trace: TraceUnion
      readonly at: number
    }
  | { readonly say: 'asked'; readonly asked: Asked; readonly tool: string | undefined }
  | { readonly say: 'settled'; readonly event: EventOf<'control.settled'> }
  | { readonly say: 'ended'; readonly event: EventOf<'turn.ended'>; readonly answer: string }

/**
 * What a peer of the service is told of each event. It gathers a thought until the thought is over, since a rationale is
 * one sentence to such a peer, and remembers what it takes to say the rest of a step when the step is committed.
 */
export class Telling {
  shows: Shows
  readonly #told: ToldText
  readonly #thoughts = new Map<string, { text: string; at: number }>()
  readonly #spans = new Map<string, string>()
  readonly #tools = new Map<string, string>()
  readonly #mostCharacters: number
  #answer = ''

  /** Text is told in pieces of at most `mostCharacters`. */
  constructor(shows: Shows, told: ToldText, mostCharacters = Number.POSITIVE_INFINITY) {
    this.shows = shows
    this.#told = told
    this.#mostCharacters = mostCharacters
  }

  /** What has to stand behind the place for a peer that comes back from there. */
  get marks(): string {
    return this.#told.marks
  }

  /** Everything of the event was told: whether the peer may come back from its place. */
  settle(): boolean {
    return this.#told.settle()
  }

  /** The peer has to hear of what is open from the beginning. */
  forget(): void {
    this.#told.clear()
  }

  /** The tool that a call is of, where it was told. */
  toolOf(call: string | undefined): string | undefined {
    return call === undefined ? undefined : this.#tools.get(call)
  }

  know(call: string, tool: string): void {
    this.#tools.set(call, tool)
  }

  /** What a running turn has said so far, for a peer that joins it. */
  *joined(step: string, text: string, isOpen: boolean): Generator<Said> {
    if (!isOpen) yield* this.#text(text)
    else yield* this.#piece(step, text)
  }

  /** What to say of the event. Each of it is to be told before the next is asked for: then the marks are true in between. */
  *event(event: SessionEvent): Generator<Said> {
    switch (event.type) {
      case 'chunk.reasoning':
        return this.#think(event)
      case 'chunk.text':
        yield* this.#thought(event.step)
        return yield* this.#piece(event.step, event.text)
      case 'chunk.tool':
        return yield* this.#thought(event.step)
      default:
        yield* this.#commit(event)
    }
  }

  *#commit(event: SessionEvent): Generator<Said> {
    switch (event.type) {
      case 'message.committed':
        return yield* this.#message(event)
      case 'step.rolledback':
        return yield* this.#rolledBack(event)
      case 'tool.started':
        return yield* this.#tool(event)
      case 'tool.finished':
        return yield* this.#result(event)
      case 'trace.progress':
      case 'trace.span':
        return yield* this.#span(event)
      case 'control.requested':
        return yield { say: 'asked', asked: event, tool: this.toolOf(event.call) }
      case 'control.settled':
        return yield { say: 'settled', event }
      case 'turn.started':
        // A turn that is run again goes on with what it has said.
        if (event.attempt === 1) this.#answer = ''
        return
      case 'turn.ended':
        return yield* this.#ended(event)
    }
  }

  *#piece(step: string, piece: string): Generator<Said> {
    yield* this.#pieces(step, this.#told.tellable(step, piece))
  }

  *#pieces(step: string, whole: string): Generator<Said> {
    for (const text of cut(whole, this.#mostCharacters)) {
      this.#answer += text
      this.#told.tell(step, text)
      yield { say: 'text', text }
    }
  }

  *#text(text: string): Generator<Said> {
    this.#answer += text
    for (const piece of cut(text, this.#mostCharacters)) yield { say: 'text', text: piece }
  }

  #think({ step, text, at }: EventOf<'chunk.reasoning'>): void {
    const thought = this.#thoughts.get(step)
    this.#thoughts.set(step, { text: (thought?.text ?? '') + text, at })
  }

  /** What the step has thought so far, told once. */
  #thought(step: string): readonly Said[] {
    const thought = this.#thoughts.get(step)
    if (!thought) return []
    this.#thoughts.delete(step)
    this.#told.note(step)
    return this.#rationale(step, thought.text, thought.at)
  }

  #rationale(step: string, text: string, at: number): readonly Said[] {
    if (this.shows === 'nothing' || text.trim() === '') return []
    return [traced(text, { kind: 'rationale', step }, { rationale: { text, traceId: traceId(step) } }, at)]
  }

  *#message(event: EventOf<'message.committed'>): Generator<Said> {
    const { step, message, at, usage } = event
    for (const part of message.parts) if (part.type === 'tool-call') this.#tools.set(part.call, part.name)
    const isNew = !this.#told.has(step)
    const thought = this.#thought(step)
    const unheard = isNew && thought.length === 0 ? this.#rationale(step, reasoningOf(event), at) : []
    yield* [...thought, ...unheard]
    const text = textOf(event)
    const { rest, withdrawn } = this.#told.committed(step, text)
    if (withdrawn) {
      this.#takeBack(withdrawn)
      yield { say: 'withdrawn', withdrawn, reason: 'replaced' }
    }
    yield* this.#pieces(step, rest)
    if (this.shows === 'steps') yield modelOutput(step, text, usage, at)
    this.#told.closed(step)
  }

  #rolledBack({ step, reason }: EventOf<'step.rolledback'>): readonly Said[] {
    this.#thoughts.delete(step)
    const withdrawn = this.#told.withdrawn(step)
    if (!withdrawn || withdrawn.length === 0) return []
    this.#takeBack(withdrawn)
    return [{ say: 'withdrawn', withdrawn, reason }]
  }

  #takeBack({ length }: Withdrawn): void {
    this.#answer = this.#answer.slice(0, Math.max(0, this.#answer.length - length))
  }

  #tool({ call, name, title, input, step = call, at }: EventOf<'tool.started'>): readonly Said[] {
    this.#tools.set(call, name)
    if (this.shows === 'nothing') return []
    const parameters = Object.entries(objectOf(input)).map(([key, value]) => ({
      name: key,
      type: typeof value,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }))
    const actionGroupInvocationInput = { actionGroupName: 'tools', function: name, parameters, executionType: 'LAMBDA' }
    const invocationInput = { traceId: traceId(step), invocationType: 'ACTION_GROUP', actionGroupInvocationInput }
    return [traced(`Using ${title ?? name}`, { kind: 'tool', call, tool: name }, { invocationInput }, at)]
  }

  #result({ call, outcome, output, error, step = call, tookMs, at }: EventOf<'tool.finished'>): readonly Said[] {
    if (this.shows === 'nothing') return []
    const tool = this.#tools.get(call) ?? 'the tool'
    const text = outcome === 'ok' ? jsonText(output) : (error ?? outcome)
    const observation = {
      traceId: traceId(step),
      type: 'ACTION_GROUP',
      actionGroupInvocationOutput: { text: text.slice(0, MOST_TRACE), metadata: { totalTimeMs: Math.round(tookMs) } },
    }
    const says = outcome === 'ok' ? `${tool} has answered` : `${tool}: ${outcome}`
    return [traced(says, { kind: 'tool', call, tool, outcome }, { observation }, at)]
  }

  #span(event: EventOf<'trace.progress'> | EventOf<'trace.span'>): readonly Said[] {
    const { span, level, kind, label, at, fraction } = event
    const isOver = event.type === 'trace.span'
    const isTold = this.#spans.get(span) === label
    if (isOver) this.#spans.delete(span)
    else this.#spans.set(span, label)
    if (isTold || !this.#showsSpan(level, kind)) return []
    const about = { kind, level, span, ...(fraction === undefined ? {} : { fraction }) }
    return [traced(label, about, { rationale: { text: label, traceId: traceId(span) } }, at)]
  }

  #showsSpan(level: string, kind: string): boolean {
    if (this.shows === 'nothing') return false
    if (level === 'milestone' || kind === 'rationale') return true
    // Calls of models and tools are told by what they say and do.
    return this.shows === 'steps' && kind !== 'model' && kind !== 'tool' && kind !== 'wait'
  }

  #ended(event: EventOf<'turn.ended'>): readonly Said[] {
    this.#told.clear()
    this.#thoughts.clear()
    this.#spans.clear()
    const answer = this.#answer
    this.#answer = ''
    return [{ say: 'ended', event, answer }]
  }
}

const MOST_TRACE = 8_192

function traced(
  rationale: string,
  about: Readonly<Record<string, Json>>,
  orchestrationTrace: TraceUnion,
  at: number,
): Said {
  return { say: 'trace', rationale, about, trace: { orchestrationTrace }, at }
}

function modelOutput(step: string, content: string, usage: EventOf<'message.committed'>['usage'], at: number): Said {
  const { inputTokens, outputTokens } = usage ?? {}
  const counted = usage === undefined ? {} : { metadata: { usage: defined({ inputTokens, outputTokens }) } }
  const modelInvocationOutput = {
    traceId: traceId(step),
    rawResponse: { content: content.slice(0, MOST_TRACE) },
    ...counted,
  }
  return traced('The model has answered', { kind: 'model', step }, { modelInvocationOutput }, at)
}

function defined(fields: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, number] => field[1] !== undefined))
}

function reasoningOf({ message }: EventOf<'message.committed'>): string {
  return message.parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('')
}

/** The service's trace ids have 2 to 16 characters. */
function traceId(name: string): string {
  return name.slice(-16).padStart(2, '0')
}

function objectOf(input: Json): Readonly<Record<string, Json>> {
  return input !== null && typeof input === 'object' && !Array.isArray(input)
    ? (input as Readonly<Record<string, Json>>)
    : { input }
}

function jsonText(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
