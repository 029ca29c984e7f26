import type { Commit, EventOf } from '@longwire/protocol'
import type { EndedTask, Schedule, WaitingInput } from './session-state.ts'
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
  /** Tool calls that have started and not finished. */
  readonly calls: readonly { readonly call: string; readonly startedAt: number; readonly step?: string | undefined }[]
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

export function newTurn(event: EventOf<'turn.started'>): OpenTurn {
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
    sleeps: [],
  }
}

/** The turn after one more commit; `asks` tells whether a request of it is open. */
export function foldTurn(turn: OpenTurn, event: Commit, asks: boolean): OpenTurn {
  const numbered = event.step === undefined ? turn : withStep(turn, event.step, FINISHES.has(event.type))
  switch (event.type) {
    case 'turn.started':
      return {
        ...turn,
        attempt: event.attempt,
        tries: nextTry(turn.tries, event.at, asks || turn.sleeps.length > 0),
      }
    case 'step.rolledback':
      return isWorkerFault(event.reason) ? { ...numbered, tries: { ...turn.tries, isBlamed: true } } : numbered
    case 'tool.started':
      return {
        ...numbered,
        calls: [...without(turn.calls, event.call), { call: event.call, startedAt: event.at, step: event.step }],
      }
    case 'tool.finished':
      return { ...numbered, calls: without(turn.calls, event.call) }
    case 'step.started':
      return begin(numbered, event)
    case 'step.finished':
      return finish(numbered, event.step)
    default:
      return numbered
  }
}

function without(calls: OpenTurn['calls'], gone: string): OpenTurn['calls'] {
  return calls.filter(({ call }) => call !== gone)
}

function begin(turn: OpenTurn, { step, until, branches = 0 }: EventOf<'step.started'>): OpenTurn {
  const sleeps = until === undefined ? turn.sleeps : [...turn.sleeps, { step, until }]
  const begun = Array.from({ length: branches }, (_, i) => [`${step}.${i + 1}`, { last: 0, open: [] }] as const)
  return { ...turn, sleeps, scopes: { ...turn.scopes, ...Object.fromEntries(begun) } }
}

function finish(turn: OpenTurn, step: string): OpenTurn {
  const scopes = Object.entries(turn.scopes).filter(([scope]) => !scope.startsWith(`${step}.`))
  return { ...turn, sleeps: turn.sleeps.filter((sleep) => sleep.step !== step), scopes: Object.fromEntries(scopes) }
}

function withStep(turn: OpenTurn, step: string, isFinished: boolean): OpenTurn {
  const dot = step.lastIndexOf('.')
  const name = step.slice(0, dot)
  const number = Number(step.slice(dot + 1))
  const scope = turn.scopes[name]
  if (!scope || !Number.isSafeInteger(number) || number < 1) return turn
  const begun = Array.from({ length: Math.max(0, number - scope.last) }, (_, i) => scope.last + 1 + i)
  const open = [...scope.open, ...begun].filter((each) => !(isFinished && each === number))
  const scopes = { ...turn.scopes, [name]: { last: Math.max(scope.last, number), open } }
  return { ...turn, scopes, tries: isFinished ? fruitful(turn.tries) : turn.tries }
}

/**
 * The steps that may have said something which no commit took the place of. Nobody writes down that a step began to
 * speak, but each scope numbers its steps in order: those that are open, and the one after the last.
 */
export function stepsThatMaySpeak({ scopes }: OpenTurn): readonly string[] {
  return Object.entries(scopes).flatMap(([scope, { last, open }]) =>
    [...open, last + 1].map((number) => `${scope}.${number}`),
  )
}
