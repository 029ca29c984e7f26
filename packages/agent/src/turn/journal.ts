import type { Commit, EventOf, MessagePart, Usage } from '@longwire/protocol'
import type { ToolResult } from '../boundary/messages.ts'
import { AgentFailure } from './failure.ts'

/** What the code asks for at a step. */
export interface AskedStep {
  readonly kind: 'step' | 'message' | 'generate' | 'tool' | 'request' | 'sleep' | 'all'
  readonly name?: string | undefined
}

export interface RecordedRequest {
  readonly requested: EventOf<'control.requested'>
  settled?: EventOf<'control.settled'>
}

/** What the log holds of one step. */
export interface RecordedStep {
  readonly step: string
  started?: EventOf<'step.started'>
  finished?: EventOf<'step.finished'>
  message?: EventOf<'message.committed'>
  toolStarted?: EventOf<'tool.started'>
  toolFinished?: EventOf<'tool.finished'>
  readonly requests: RecordedRequest[]
  /** How many waits ended in it. */
  waits: number
  /** Inputs that joined where this step begins. */
  readonly joined: string[]
}

/**
 * What the log holds of a turn that is run again. A step is found by its id, which tells its place among the others,
 * and is the same step only if it is of the same kind and name.
 */
export class Journal {
  readonly #steps = new Map<string, RecordedStep>()
  readonly #requests = new Map<string, RecordedRequest>()
  readonly #spans = new Map<string, EventOf<'trace.span'>>()
  readonly #tasks = new Map<string, EventOf<'task.started'>>()
  readonly #schedules = new Map<string, EventOf<'schedule.set'>>()
  readonly #endedSchedules = new Set<string>()
  readonly #results = new Map<string, Pick<ToolResult, 'outcome' | 'output' | 'error'>>()
  readonly #joined = new Set<string>()
  readonly #asked = new Set<string>()
  /** By scope, the highest number of a step in the log. */
  readonly #lastOf = new Map<string, number>()
  /** In the order in which they ended. */
  readonly #modelCalls: readonly RecordedStep[]
  /** The ids of the calls that models made. */
  readonly calls: readonly string[]

  constructor(recorded: readonly Commit[]) {
    const calls: string[] = []
    for (const commit of recorded) {
      this.#read(commit)
      for (const part of partsOf(commit)) if (part.type === 'tool-call') calls.push(part.call)
    }
    this.calls = calls
    this.#modelCalls = [...this.#steps.values()]
      .filter((step) => usageIn(step) !== undefined)
      .sort((a, b) => seqOf(a) - seqOf(b))
  }

  /** What the log holds of `step`, if anything. Throws `turn_changed` where that is another kind of step. */
  begin(step: string, asked: AskedStep): RecordedStep | undefined {
    this.#asked.add(step)
    const recorded = this.#steps.get(step)
    const kept = recorded && keptAs(recorded)
    if (!kept || isSame(kept, asked)) return recorded
    throw turnChanged(`step ${step} was ${described(kept)} when this turn began, and is ${described(asked)} now`)
  }

  at(step: string): RecordedStep | undefined {
    return this.#steps.get(step)
  }

  /** The call that `step` is in the log as. */
  callOf(step: string): string | undefined {
    const { toolStarted, toolFinished, finished, requests = [] } = this.#steps.get(step) ?? {}
    const inTask = finished && resultIn(finished)
    return toolStarted?.call ?? toolFinished?.call ?? requests[0]?.requested.call ?? inTask?.call
  }

  /** The model calls below `scope`, in the order in which they ended. */
  modelCallsBelow(scope: string): readonly RecordedStep[] {
    return this.#modelCalls.filter(({ step }) => step.startsWith(`${scope}.`))
  }

  /** What the model calls of the turn used, or of the task, which is one of its own. */
  usageBelow(scope: string): readonly Usage[] {
    return this.modelCallsBelow(scope)
      .filter(({ step }) => !/\.b\d+\./.test(step.slice(scope.length)))
      .map((recorded) => usageIn(recorded)!)
  }

  resultOf(call: string): Pick<ToolResult, 'outcome' | 'output' | 'error'> | undefined {
    return this.#results.get(call)
  }

  /** Whether `step`, or one that began after it in the same scope, is in the log. */
  isPast(step: string): boolean {
    const { scope, number } = parsed(step)
    return (this.#lastOf.get(scope) ?? 0) >= number
  }

  span(id: string): EventOf<'trace.span'> | undefined {
    return this.#spans.get(id)
  }

  task(id: string): EventOf<'task.started'> | undefined {
    return this.#tasks.get(id)
  }

  schedule(id: string): EventOf<'schedule.set'> | undefined {
    return this.#schedules.get(id)
  }

  /** Whether this input joined at a step, and did not begin the turn. */
  hasJoined(input: string): boolean {
    return this.#joined.has(input)
  }

  hasEnded(schedule: string): boolean {
    return this.#endedSchedules.has(schedule)
  }

  /** Throws `turn_changed` where a step right below `scope` finished and was not asked for. */
  ensureAllAsked(scope: string): void {
    for (const recorded of this.#steps.values()) {
      const kept = keptAs(recorded)
      if (!kept || this.#asked.has(recorded.step) || parsed(recorded.step).scope !== scope) continue
      throw turnChanged(`step ${recorded.step} was ${described(kept)} when this turn began, and is not taken any more`)
    }
  }

  #read(commit: Commit): void {
    switch (commit.type) {
      case 'step.started':
        this.#of(commit.step).started = commit
        break
      case 'step.finished': {
        this.#of(commit.step).finished = commit
        const result = resultIn(commit)
        if (result) this.#results.set(result.call, result)
        break
      }
      case 'message.committed':
        this.#of(commit.step).message = commit
        break
      case 'tool.started':
        if (commit.step !== undefined) this.#of(commit.step).toolStarted = commit
        break
      case 'tool.finished':
        this.#results.set(commit.call, commit)
        if (commit.step !== undefined) this.#of(commit.step).toolFinished = commit
        break
      case 'control.requested': {
        const request: RecordedRequest = { requested: commit }
        this.#requests.set(commit.request, request)
        if (commit.step !== undefined) this.#of(commit.step).requests.push(request)
        break
      }
      case 'control.settled': {
        const request = this.#requests.get(commit.request)
        if (request) request.settled = commit
        break
      }
      case 'input.applied':
        if (commit.step === undefined) break
        this.#joined.add(commit.input)
        this.#below(commit.step).joined.push(commit.input)
        break
      case 'trace.span': {
        this.#spans.set(commit.span, commit)
        if (commit.step !== undefined && commit.kind === 'wait') this.#below(commit.step).waits++
        break
      }
      case 'task.started':
        this.#tasks.set(commit.task, commit)
        break
      case 'schedule.set':
        this.#schedules.set(commit.schedule, commit)
        break
      case 'schedule.ended':
        this.#endedSchedules.add(commit.schedule)
        break
    }
  }

  /** What is kept of a step, and that it, and each step around it, has begun. */
  #of(step: string): RecordedStep {
    for (let at = step; at.includes('.'); at = parsed(at).scope) {
      const { scope, number } = parsed(at)
      this.#lastOf.set(scope, Math.max(this.#lastOf.get(scope) ?? 0, number))
    }
    return this.#below(step)
  }

  #below(step: string): RecordedStep {
    const recorded = this.#steps.get(step) ?? { step, requests: [], waits: 0, joined: [] }
    this.#steps.set(step, recorded)
    return recorded
  }
}

function parsed(step: string): { readonly scope: string; readonly number: number } {
  const dot = step.lastIndexOf('.')
  return { scope: step.slice(0, dot), number: Number(step.slice(dot + 1)) || 0 }
}

/** As what a step stands in the log; undefined where it left nothing but spans and inputs. */
function keptAs({ started, finished, message, toolStarted, ...rest }: RecordedStep): AskedStep | undefined {
  const { toolFinished, requests } = rest
  const first = requests[0]?.requested
  if (toolStarted || toolFinished || first?.call !== undefined) return { kind: 'tool', name: toolStarted?.name }
  if (message) return { kind: message.finishReason === undefined ? 'message' : 'generate' }
  if (started?.until !== undefined) return { kind: 'sleep' }
  if (started?.branches !== undefined) return { kind: 'all', name: `${started.branches}` }
  if (finished) return { kind: 'step', name: finished.name }
  return first && { kind: 'request', name: first.kind }
}

/** A model call that said nothing, or failed, and each one of a background task, is kept by its name. */
export const GENERATE = 'generate'

/** A call of a tool by a background task is a step of this name, with its result. */
export function toolStep(tool: string): string {
  return `${TOOL}${tool}`
}

const TOOL = 'tool '

/** What came of a call that a background task made, where `finished` is one. */
function resultIn({ step, name, output }: EventOf<'step.finished'>): ToolResult | undefined {
  return isOfTask(step) && name.startsWith(TOOL) ? (output as unknown as ToolResult | undefined) : undefined
}

/** Whether a step, or the task itself, is a background task's. */
export function isOfTask(step: string): boolean {
  return /\.b\d+(\.|$)/.test(step)
}

/** Whether this stands for a call that a background task made. */
export function isTaskCall(commit: Commit): boolean {
  const isStep = commit.type === 'step.started' || commit.type === 'step.finished'
  return isStep && isOfTask(commit.step) && commit.name.startsWith(TOOL)
}

/** What a model call said, wherever it stands. */
export function partsOf(commit: Commit): readonly MessagePart[] {
  if (commit.type === 'message.committed') return commit.message.parts
  if (commit.type !== 'step.finished' || commit.name !== GENERATE) return []
  return (commit.output as { readonly parts?: readonly MessagePart[] } | null | undefined)?.parts ?? []
}

/** What a model call used; undefined for a step that is none. */
function usageIn({ message, finished }: RecordedStep): Usage | undefined {
  if (message) return message.finishReason === undefined ? undefined : (message.usage ?? {})
  if (finished?.name !== GENERATE || finished.error) return undefined
  return (finished.output as { readonly usage?: Usage } | null | undefined)?.usage
}

function seqOf({ message, finished }: RecordedStep): number {
  return message?.seq ?? finished?.seq ?? 0
}

function isSame(kept: AskedStep, asked: AskedStep): boolean {
  if (asked.kind === 'generate' && kept.kind === 'step') return kept.name === GENERATE
  // A budget may ask before the model is called, in the step of that call.
  if (asked.kind === 'generate' && kept.kind === 'request') return true
  return kept.kind === asked.kind && (kept.name === undefined || asked.name === undefined || kept.name === asked.name)
}

const KINDS: Readonly<Record<AskedStep['kind'], string>> = {
  step: 'step',
  message: 'a message',
  generate: 'a model call',
  tool: 'a call of tool',
  request: 'a request for',
  sleep: 'a sleep',
  all: 'all of',
}

function described({ kind, name }: AskedStep): string {
  return name === undefined ? KINDS[kind] : `${KINDS[kind]} «${name}»`
}

function turnChanged(message: string): AgentFailure {
  return new AgentFailure('turn_changed', `the agent's code has changed under the turn: ${message}`)
}
