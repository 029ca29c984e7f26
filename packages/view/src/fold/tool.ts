import type { EventOf } from '@longwire/protocol'
import { defined } from '../defined.ts'
import { putStarted } from '../message-list.ts'
import type { SessionView, ToolPartView } from '../session-view.ts'
import { asRequested, withCall } from '../tool-part.ts'
import { withTurn } from '../turn-list.ts'

export function toolStarted(view: SessionView, event: EventOf<'tool.started'>): SessionView {
  const { turn: turnId, step, call, name, title, input, at } = event
  return withTurn(view, turnId, (turn) => {
    const whole = defined({ type: 'tool' as const, call, step, name, title, state: 'input-available' as const, input })
    const part = { ...asRequested(whole, turn.requests), startedAt: at }
    return { ...turn, messages: putStarted(turn.messages, step ?? call, part) }
  })
}

export function toolFinished(view: SessionView, event: EventOf<'tool.finished'>): SessionView {
  return withTurn(view, event.turn, (turn) =>
    withCall(turn, event.call, (part) => (part.state === 'input-streaming' ? part : finished(part, event))),
  )
}

function finished(part: ToolPartView, event: EventOf<'tool.finished'>): ToolPartView {
  const { output, error, tookMs } = event
  switch (event.outcome) {
    case 'ok':
      return defined({ ...part, state: 'output-available', output, tookMs })
    case 'error':
      return { ...part, state: 'output-error', error: error ?? 'the tool failed', tookMs }
    case 'cancelled':
      return { ...part, state: 'output-error', error: error ?? 'the call was cancelled', tookMs }
    case 'denied':
      return defined({ ...part, state: 'output-denied', error, tookMs })
  }
}
