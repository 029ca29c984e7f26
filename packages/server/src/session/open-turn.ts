import type { Commit, EventOf } from '@longwire/protocol'
import type { EndedTask, Schedule, Used, WaitingInput } from './session-state.ts'
import { firstTry, fruitful, isWorkerFault, nextTry, type Tries } from './tries.ts'

/** Why a turn began without a person. */
export type Because = EndedTask | Pick<Schedule, 'schedule' | 'label' | 'input'>

/** The turn that runs or waits: what a new owner, or the end of the turn, has to know of it. */
export interface OpenTurn {
  readonly turn: string
  readonly cause: EventOf<'turn.started'>['cause']
  readonly task?: string | undefined
  readonly schedule?: string | undefined
  readonly attempt: number
  readonly startedAt: number
  /** With cause `task` or `schedule`: what it is about. */
  readonly because?: Because | undefined
  readonly tries: Tries
  /** The inputs that joined, with the step at whose beginning they did; without one they began the turn. */
  readonly inputs: readonly { readonly input: WaitingInput; readonly step?: string | undefined }[]
  /** By the name of the scope: the turn itself, and each branch of steps side by side. */
  readonly scopes: { readonly [scope: string]: StepScope }
  /** Tool calls that were made and have no result. */
  readonly calls: readonly { readonly call: string; readonly startedAt: number; readonly step?: string | undefined }[]
  /** What the session had used when the turn began. */
  readonly usedBefore: Used
  /** How long nothing but waiting was asked of it, in milliseconds, and since when that is so now. */
  readonly waitedMs: number
  readonly waitsSince?: number | undefined
  readonly waits: number
  /** A person stopped it, and it only waits for its tools to end. */
  readonly isStopping?: true | undefined
  /** Steps that wait for a time. */
  readonly sleeps: readonly { readonly step: string; readonly until: number }[]
}

/** The steps of one scope are numbered in the order in which they begin. */
export interface StepScope {
  /** The highest number in the log. */
  readonly last: number
  /** Those up to it that have begun and are not finished. */
  readonly open: readonly number[]
}

const FINISHES: ReadonlySet<string> = new Set(['message.committed', 'step.finished', 'tool.finished'])

export function newTurn(event: EventOf<'turn.started'>, usedBefore: Used): OpenTurn {
  const { turn, cause, task, schedule, attempt, at } = event
  return {
    turn,
    cause,
    task,
    schedule,
    attempt,
    startedAt: at,
    tries: firstTry(at),
    inputs: [],
    scopes: { [turn]: { last: 0, open: [] } },
    calls: [],
    usedBefore,
    waitedMs: 0,
    waits: 0,
    sleeps: [],
  }
}

/** The turn after one more commit; `asks` tells whether a request of it is open. */
export function foldTurn(turn: OpenTurn, event: Commit, asks: boolean): OpenTurn {
  // A withdrawal is of what may have been said: it does not tell that the step has begun.
  const step = event.type === 'step.rolledback' ? undefined : event.step
  const numbered = step === undefined ? turn : withStep(turn, step, FINISHES.has(event.type))
  switch (event.type) {
    case 'turn.started':
      return {
        ...turn,
        attempt: event.attempt,
        tries: nextTry(turn.tries, event.at, asks || turn.sleeps.length > 0),
      }
    case 'turn.stopping':
      return { ...turn, isStopping: true }
    case 'step.rolledback':
      if (isWorkerFault(event.reason)) return { ...turn, tries: { ...turn.tries, isBlamed: true } }
      return event.reason === 'node_stopped' ? { ...turn, tries: { ...turn.tries, wasStopped: true } } : turn
    case 'message.committed':
      return { ...numbered, calls: [...turn.calls, ...calledIn(event)] }
    case 'tool.started':
      return {
        ...numbered,
        calls: [...without(turn.calls, event.call), { call: event.call, startedAt: event.at, step: event.step }],
      }
    case 'tool.finished':
      return { ...finish(numbered, event.step), calls: without(turn.calls, event.call) }
    case 'control.requested':
      return beginWait(askedAbout(numbered, event), event.at)
    case 'control.settled':
      return endWait(numbered, event.at)
    case 'step.started':
      return begin(event.until === undefined ? numbered : beginWait(numbered, event.at), event)
    case 'step.finished': {
      const slept = turn.sleeps.some(({ step }) => step === event.step)
      return finish(slept ? endWait(numbered, event.at) : numbered, event.step)
    }
    default:
      return numbered
  }
}

/** The calls that a message makes: each will have a result, whether or not it is ever begun. */
function calledIn({ message, at }: EventOf<'message.committed'>): OpenTurn['calls'] {
  // A message that calls nothing is not read further than to its step.
  const parts = message?.parts ?? []
  return parts.flatMap((part) => (part.type === 'tool-call' ? [{ call: part.call, startedAt: at }] : []))
}

/** A call that the agent's own code makes is known by the question about it where it needs leave first. */
function askedAbout(turn: OpenTurn, { call, step, at }: EventOf<'control.requested'>): OpenTurn {
  if (call === undefined || turn.calls.some((known) => known.call === call)) return turn
  return { ...turn, calls: [...turn.calls, { call, startedAt: at, step }] }
}

/** Milliseconds the turn was at work by then, waits for people and for times left out. */
export function workedMs({ startedAt, waitedMs, waitsSince }: OpenTurn, at: number): number {
  return Math.max(0, at - startedAt - waitedMs - (waitsSince === undefined ? 0 : at - waitsSince))
}

function beginWait(turn: OpenTurn, at: number): OpenTurn {
  return { ...turn, waits: turn.waits + 1, waitsSince: turn.waitsSince ?? at }
}

function endWait(turn: OpenTurn, at: number): OpenTurn {
  if (turn.waits > 1) return { ...turn, waits: turn.waits - 1 }
  const waitedMs = turn.waitedMs + Math.max(0, at - (turn.waitsSince ?? at))
  return { ...turn, waits: 0, waitsSince: undefined, waitedMs }
}

function without(calls: OpenTurn['calls'], gone: string): OpenTurn['calls'] {
  return calls.filter(({ call }) => call !== gone)
}

function begin(turn: OpenTurn, { step, until, branches = 0 }: EventOf<'step.started'>): OpenTurn {
  const sleeps = until === undefined ? turn.sleeps : [...turn.sleeps, { step, until }]
  const begun = Array.from({ length: branches }, (_, i) => [`${step}.${i + 1}`, { last: 0, open: [] }] as const)
  return { ...turn, sleeps, scopes: { ...turn.scopes, ...Object.fromEntries(begun) } }
}

function finish(turn: OpenTurn, step: string | undefined): OpenTurn {
  if (step === undefined) return turn
  const scopes = Object.entries(turn.scopes).filter(([scope]) => scope !== step && !scope.startsWith(`${step}.`))
  return { ...turn, sleeps: turn.sleeps.filter((sleep) => sleep.step !== step), scopes: Object.fromEntries(scopes) }
}

function withStep(turn: OpenTurn, step: string, isFinished: boolean): OpenTurn {
  const dot = step.lastIndexOf('.')
  const name = step.slice(0, dot)
  const number = Number(step.slice(dot + 1))
  const scope = turn.scopes[name] ?? newScope(turn, name)
  if (!scope || !Number.isSafeInteger(number) || number < 1) return turn
  const begun = Array.from({ length: Math.max(0, number - scope.last) }, (_, i) => scope.last + 1 + i)
  const open = [...scope.open, ...begun].filter((each) => !(isFinished && each === number))
  const scopes = { ...turn.scopes, [name]: { last: Math.max(scope.last, number), open } }
  return { ...turn, scopes, tries: isFinished ? fruitful(turn.tries) : turn.tries }
}

/** Steps within a step have a scope from the first of them on. A background task's are not the turn's. */
function newScope({ turn }: OpenTurn, name: string): StepScope | undefined {
  return /^(\.\d+)+$/.test(name.slice(turn.length)) && name.startsWith(turn) ? { last: 0, open: [] } : undefined
}

/**
 * The steps that may have said something which no commit took the place of. Nobody writes down that a step began to
 * speak, but each scope numbers its steps in order: those that are open, the one after the last, and the first within
 * each of them.
 */
export function stepsThatMaySpeak({ scopes }: OpenTurn): readonly string[] {
  return Object.entries(scopes).flatMap(([scope, { last, open }]) => {
    const begun = [...open, last + 1].map((number) => `${scope}.${number}`)
    return begun.flatMap((step) => (scopes[step] === undefined ? [step, `${step}.1`] : [step]))
  })
}
