import type { CommitBody, TurnEnd } from '@longwire/agent/internal'
import type { Failure, FailureCode } from '@longwire/protocol'
import { FAILURES } from '@longwire/protocol'
import type { Session } from '../session/session.ts'
import { startsTurn, type WaitingInput } from '../session/session-state.ts'

// What is written when a turn begins and when it ends. Whatever happened, the history is well-formed afterwards: each
// tool call has a result, each request an outcome, each steering input a fate, and the turn exactly one end.

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

export type Ending =
  | TurnEnd
  /** A person stopped it: what was said so far stays. */
  | { readonly outcome: 'cancelled'; readonly command?: string | undefined }

/** Everything that closes the open turn, `turn.ended` last. */
export function endOf(session: Session, ending: Ending): readonly CommitBody[] {
  const { turn, calls } = session.state.turn!
  const now = session.house.clock.now()
  const result = ending.outcome === 'cancelled' ? 'cancelled' : 'error'
  const why = ending.outcome === 'cancelled' ? 'stopped by a person' : 'the turn ended before the tool did'
  return [
    ...session.drafts.steps().map((step) => leftover(session, turn, step, ending)),
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
    ...session.state.requests
      .filter((request) => request.turn === turn)
      .map(({ request }) => session.body({ type: 'control.settled', turn, request, outcome: 'withdrawn' })),
    session.body({ type: 'turn.ended', turn, ...endFields(ending) }),
    ...session.state.waiting
      .filter((input) => input.delivery === 'steer')
      .map(({ input }) => session.body({ type: 'input.returned', input, reason: 'turn_ended' })),
  ]
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
function leftover(session: Session, turn: string, step: string, ending: Ending): CommitBody {
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

/**
 * What a new owner writes first into a session whose turn has lost its runner. Nobody knows which steps had drafts, but
 * steps are numbered in the order in which they begin: all after the last in the log are withdrawn by naming the next.
 */
export function recoveryOf(session: Session, code: FailureCode, message: string): readonly CommitBody[] {
  const { turn, lastStep } = session.state.turn!
  const lost = session.body({ type: 'step.rolledback', turn, step: `${turn}.${lastStep + 1}`, reason: code })
  const known = session.drafts.steps().includes(`${turn}.${lastStep + 1}`)
  return [...(known ? [] : [lost]), ...endOf(session, { outcome: 'failed', error: failure(code, message) })]
}

export function failure(code: FailureCode, message: string): Failure {
  return { code, message, retryable: FAILURES[code].retryable }
}
