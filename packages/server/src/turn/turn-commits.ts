import type { CommitBody, TurnEnd } from '@longwire/agent/internal'
import type { Failure, FailureCode, Limits } from '@longwire/protocol'
import { FAILURES } from '@longwire/protocol'
import { stepsThatMaySpeak } from '../session/open-turn.ts'
import type { Session } from '../session/session.ts'
import { type Schedule, startsTurn, type WaitingInput } from '../session/session-state.ts'
import type { Tries } from '../session/tries.ts'

// What is written when a turn begins, begins again and ends. Whatever happened, the history is well-formed afterwards:
// each tool call has a result, each request an outcome, each steering input a fate, and the turn exactly one end.

/** The inputs that the next turn takes: the oldest that starts one, and all context that waits. */
export function nextInputs(waiting: readonly WaitingInput[]): readonly WaitingInput[] {
  const starter = waiting.find(startsTurn)
  return starter ? waiting.filter((input) => input === starter || !startsTurn(input)) : []
}

/** A turn is named for the number its `turn.started` will have, which is `seq`. */
export function startOf(session: Session, seq: number, inputs: readonly WaitingInput[]): readonly CommitBody[] {
  const turn = `t${seq}`
  return [
    session.body({ type: 'turn.started', turn, cause: 'input', inputs: inputs.map(({ input }) => input), attempt: 1 }),
    ...inputs.map(({ input }) => session.body({ type: 'input.applied', input, turn })),
  ]
}

/** The turn that a schedule starts. Times that passed while nobody was there are passed over. */
export function scheduledStart(session: Session, seq: number, due: Schedule): readonly CommitBody[] {
  const now = session.house.clock.now()
  const { schedule, everyMs } = due
  const missed = everyMs === undefined ? 0 : Math.floor((now - due.next) / everyMs) + 1
  const next = everyMs === undefined ? undefined : due.next + Math.max(1, missed) * everyMs
  return [
    session.body({ type: 'turn.started', turn: `t${seq}`, cause: 'schedule', inputs: [], attempt: 1, schedule, next }),
  ]
}

/** The turn in which the agent may speak of a background task that has ended. */
export function taskStart(session: Session, seq: number, task: string): readonly CommitBody[] {
  return [session.body({ type: 'turn.started', turn: `t${seq}`, cause: 'task', inputs: [], attempt: 1, task })]
}

export type Ending =
  | TurnEnd
  /** A person stopped it: what was said so far stays. */
  | { readonly outcome: 'cancelled'; readonly command?: string | undefined }

/** What of a session says how a turn of it ends. */
export type EndGround = Pick<Session, 'state' | 'house' | 'body' | 'drafts'>

/** Everything that closes the open turn, `turn.ended` last. `steps` may have drafts that are not in memory. */
export function endOf(session: EndGround, ending: Ending, steps = session.drafts.steps()): readonly CommitBody[] {
  const { turn, calls } = session.state.turn!
  const now = session.house.clock.now()
  const result = ending.outcome === 'cancelled' ? 'cancelled' : 'error'
  const why = ending.outcome === 'cancelled' ? 'stopped by a person' : 'the turn ended before the tool did'
  return [
    ...steps.map((step) => leftover(session, turn, step, ending)),
    ...calls.map(({ call, startedAt }) =>
      session.body({
        type: 'tool.finished',
        turn,
        call,
        outcome: result,
        error: why,
        tookMs: Math.max(0, now - startedAt),
      }),
    ),
    ...withdrawn(session, turn),
    session.body({ type: 'turn.ended', turn, ...endFields(ending) }),
    ...session.state.waiting
      .filter((input) => input.delivery === 'steer')
      .map(({ input }) => session.body({ type: 'input.returned', input, reason: 'turn_ended' })),
  ]
}

/** What is written at once when a person stops a turn whose tools may still say how they ended. */
export function stoppingOf(session: EndGround, command: string | undefined): readonly CommitBody[] {
  const { turn } = session.state.turn!
  const steps = session.drafts.steps()
  return [
    ...steps.map((step) => leftover(session, turn, step, { outcome: 'cancelled' })),
    ...withdrawn(session, turn),
    session.body({ type: 'turn.stopping', turn, command }),
  ]
}

function withdrawn(session: EndGround, turn: string): readonly CommitBody[] {
  return session.state.requests
    .filter((request) => request.turn === turn)
    .map(({ request }) => session.body({ type: 'control.settled', turn, request, outcome: 'withdrawn' }))
}

function endFields(ending: Ending) {
  switch (ending.outcome) {
    case 'completed':
      return { outcome: ending.outcome, finishReason: ending.finishReason, usage: ending.usage }
    case 'failed':
      return { outcome: ending.outcome, finishReason: 'error', usage: ending.usage, error: ending.error }
    case 'cancelled':
      return { outcome: ending.outcome, finishReason: 'cancelled', command: ending.command }
  }
}

/** What becomes of a step that has said something and was not committed. */
function leftover(session: EndGround, turn: string, step: string, ending: Ending): CommitBody {
  const spoken = session.drafts.partsOf(step).filter(({ head }) => head.type !== 'chunk.tool')
  if (ending.outcome !== 'cancelled' || spoken.length === 0) {
    return session.body({ type: 'step.rolledback', turn, step, reason: ending.outcome })
  }
  // The parts are JSON-escaped already: they go into the message as they are.
  const parts = spoken.map(({ head, escaped }) => {
    const type = head.type === 'chunk.text' ? 'text' : 'reasoning'
    return `{"type":"${type}","text":"${escaped}"}`
  })
  const { json, ...body } = session.body({
    type: 'message.committed',
    turn,
    step,
    message: { role: 'assistant', parts: [] },
    partial: true,
  })
  const reasoning = spoken.some(({ head }) => head.type === 'chunk.reasoning')
  return { ...body, reasoning, json: json.replace('"parts":[]', () => `"parts":[${parts.join(',')}]`) }
}

/** Why a turn lost its runner. */
export interface Loss {
  readonly code: FailureCode
  readonly message: string
}

/** Withdraws what was being said when the turn lost its runner. */
export function withdrawalOf(session: Session, { code }: Loss): readonly CommitBody[] {
  const { turn } = session.state.turn!
  return lostSteps(session).map((step) => session.body({ type: 'step.rolledback', turn, step, reason: code }))
}

/** Begins the turn again: the same turn, one attempt more. */
export function againOf(session: Session): readonly CommitBody[] {
  const { turn, cause, task, schedule, attempt, inputs } = session.state.turn!
  const began = inputs.filter(({ step }) => step === undefined).map(({ input }) => input.input)
  return [session.body({ type: 'turn.started', turn, cause, task, schedule, inputs: began, attempt: attempt + 1 })]
}

/** Ends the turn that cannot be run again. */
export function lostEndOf(session: Session, error: Failure): readonly CommitBody[] {
  return endOf(session, { outcome: 'failed', error }, lostSteps(session))
}

function lostSteps(session: Session): readonly string[] {
  return [...new Set([...session.drafts.steps(), ...stepsThatMaySpeak(session.state.turn!)])]
}

/** A turn whose agent takes its worker down with it is not given as many tries as one whose node died. */
const FRUITLESS_MOST: Partial<Record<FailureCode, number>> = {
  agent_blocked: 2,
  agent_out_of_memory: 2,
  agent_crashed: 2,
}

/** Why what lost its runner may not be run again; undefined where it may. */
export function refusalToRecover({ counted, fruitless }: Tries, loss: Loss, limits: Limits): Failure | undefined {
  if (counted >= limits.turnAttempts) {
    return failure('recovery_exhausted', `it was run ${counted} times; at last ${loss.message}`)
  }
  const most = FRUITLESS_MOST[loss.code] ?? limits.fruitlessAttempts
  if (fruitless < most) return undefined
  // The one reason that took it down each time says more than that it happened again.
  return loss.code in FRUITLESS_MOST
    ? failure(loss.code, loss.message)
    : failure('no_progress', `it was run ${fruitless} times without finishing a step; at last ${loss.message}`)
}

export function failure(code: FailureCode, message: string): Failure {
  return { code, message, retryable: FAILURES[code].retryable }
}
