import type { EventOf, FrameOf, Json, SessionEvent, Usage } from '@longwire/protocol'
import type { RequestView, SessionView } from '@longwire/view'
import { Refusal } from '../../refusal.ts'
import type { End, Reply, Speech, Told } from '../dialect.ts'
import { OneTurn } from '../one-turn.ts'
import { runErrorOfFailure } from './errors.ts'
import { interruptOf } from './interrupts.ts'
import type { RunInput } from './run-input.ts'
import { planOf } from './run-plan.ts'
import { historyOf, type RunEvent, RunTelling } from './telling.ts'

export interface RunOptions {
  readonly agent: string
  readonly session: string
  readonly run: RunInput
  readonly mostCharacters: number
  readonly commandId: () => string
  readonly ch?: number | undefined
}

const PROTOCOL_VERSION = '1.0'
const DONE: End = { code: 1000, reason: 'done' }
const FAILED: End = { code: 1011, reason: 'the run failed' }

/** One run of AG-UI: from RUN_STARTED to RUN_FINISHED or RUN_ERROR, one event a frame. */
export class RunSpeech implements Speech {
  readonly #options: RunOptions
  readonly #turn: OneTurn
  readonly #telling: RunTelling
  readonly #asked = new Map<string, RequestView | EventOf<'control.requested'>>()
  readonly #hasState: boolean
  hasBegun = false

  constructor(options: RunOptions) {
    const { agent, session, commandId, ch, run, mostCharacters } = options
    this.#options = options
    const results = run.messages.flatMap(({ toolCallId }) => (toolCallId === undefined ? [] : [toolCallId]))
    this.#telling = new RunTelling(run.messages, new Set(results), mostCharacters)
    this.#hasState = run.state === undefined || run.state === null || isRecord(run.state)
    this.#turn = new OneTurn({ agent, session, commandId, ch, plan: (found) => planOf(run, found) })
  }

  /** How a run begins, whatever comes of it. */
  get opening(): RunEvent {
    const { threadId, runId } = this.#options.run
    return { type: 'RUN_STARTED', threadId, runId, protocolVersion: PROTOCOL_VERSION }
  }

  begin(): Reply {
    return { ask: this.#turn.begin() }
  }

  heard(): Reply {
    throw new Refusal('bad_frame', 'the run has not ended: its input is not taken')
  }

  told(told: Told): Reply {
    const isBeginning = told.type === 'attached'
    const begins = isBeginning ? this.#start(told as FrameOf<'attached'>) : []
    const joins = told.type === 'snapshot' ? this.#join((told as FrameOf<'snapshot'>).view as never) : []
    const { events, waiting = [], ask = [], over } = this.#turn.told(told)
    const tell = [...begins, ...joins, ...events.flatMap((event) => this.#event(event))]
    for (const request of waiting) tell.push(...this.#ask(request))
    if (over instanceof Refusal) {
      return { tell: lines([...tell, ...this.#telling.end()]), end: { ...FAILED, refusal: over } }
    }
    if (over !== undefined) {
      const finish = this.#finish(events.at(-1), over)
      const end = finish.at(-1)!.type === 'RUN_ERROR' ? FAILED : DONE
      return { tell: lines([...tell, ...finish]), ask, end }
    }
    return { tell: lines(tell), ask }
  }

  #start({ session, agent, status }: FrameOf<'attached'>): readonly RunEvent[] {
    const { state } = this.#options.run
    this.hasBegun = true
    if (!this.#hasState) return [this.opening]
    const snapshot = { ...(isRecord(state) ? state : {}), longwire: { session, agent, status, progress: {} } }
    return [this.opening, { type: 'STATE_SNAPSHOT', snapshot }]
  }

  /** A client that has heard nothing of the session is told what was said; one that joins a turn, what it says now. */
  #join({ turns }: SessionView): readonly RunEvent[] {
    const messages = turns.flatMap((turn) => turn.messages)
    for (const { parts } of messages) {
      for (const part of parts) if (part.type === 'tool') this.#telling.know(part.call, part.name)
    }
    if (this.#options.run.messages.length > 0) return []
    const drafts = messages.filter(({ role, draft }) => role === 'assistant' && draft === true)
    const history: RunEvent = { type: 'MESSAGES_SNAPSHOT', messages: historyOf(messages) }
    return [history, ...drafts.flatMap((message) => this.#telling.joined(message))]
  }

  #event(event: SessionEvent): readonly RunEvent[] {
    if (event.type === 'control.requested') return this.#ask(event)
    if (event.type === 'control.settled') this.#asked.delete(event.request)
    return [...this.#telling.event(event), ...this.#stateOf(event)]
  }

  #ask(request: RequestView | EventOf<'control.requested'>): readonly RunEvent[] {
    this.#asked.set(request.request, request)
    return request.kind === 'client-tool' ? this.#telling.clientTool(request) : []
  }

  /** What of the session's state moves with this event. */
  #stateOf(event: SessionEvent): readonly RunEvent[] {
    if (!this.#hasState) return []
    if (event.type === 'turn.started')
      return [replaced('/longwire/status', 'running'), added('/longwire/turn', event.turn)]
    if (event.type !== 'trace.progress' || event.fraction === undefined) return []
    const path = `/longwire/progress/${event.span.replaceAll('~', '~0').replaceAll('/', '~1')}`
    return [added(path, { label: event.label, fraction: event.fraction })]
  }

  #finish(last: SessionEvent | undefined, over: 'ended' | 'asked'): readonly RunEvent[] {
    const { threadId, runId } = this.#options.run
    const ended = last?.type === 'turn.ended' ? last : undefined
    const status = over === 'asked' ? 'waiting' : 'idle'
    const rest = [...this.#telling.end(), ...(this.#hasState ? [replaced('/longwire/status', status)] : [])]
    const usage = usageOf(ended?.usage)
    if (ended?.error) {
      const { code, message } = ended.error
      return [...rest, { type: 'RUN_ERROR', message: `${code}: ${message}`, code: runErrorOfFailure(code), ...usage }]
    }
    return [...rest, { type: 'RUN_FINISHED', threadId, runId, outcome: this.#outcome(ended, over), ...usage }]
  }

  #outcome(ended: EventOf<'turn.ended'> | undefined, over: 'ended' | 'asked') {
    if (ended?.outcome === 'cancelled') return { type: 'cancelled' }
    if (over === 'ended') return { type: 'success' }
    const open = [...this.#asked.values()]
    const interrupts = open.filter(({ kind }) => kind !== 'client-tool').map(interruptOf)
    if (interrupts.length > 0) return { type: 'interrupt', interrupts }
    return { type: 'success', pendingToolCallIds: open.map(({ call, request }) => call ?? request) }
  }
}

function lines(events: readonly RunEvent[]): readonly string[] {
  return events.map((event) => JSON.stringify(event))
}

function replaced(path: string, value: Json): RunEvent {
  return { type: 'STATE_DELTA', delta: [{ op: 'replace', path, value }] }
}

function added(path: string, value: Json): RunEvent {
  return { type: 'STATE_DELTA', delta: [{ op: 'add', path, value }] }
}

function usageOf(usage: Usage | undefined): { readonly usage?: readonly object[] } {
  if (!usage) return {}
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = usage
  const counted = Object.entries({ inputTokens, outputTokens, reasoningTokens, cachedInputTokens })
  const known = counted.filter(([, tokens]) => tokens !== undefined)
  return known.length === 0 ? {} : { usage: [Object.fromEntries(known)] }
}

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
