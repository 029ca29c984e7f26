import type { SessionView, TurnView } from './session-view.ts'

/** The view with one of its turns changed. The same view where it has no such turn, or `change` gave the turn back. */
export function withTurn(view: SessionView, id: string | undefined, change: (turn: TurnView) => TurnView): SessionView {
  const index = view.turns.findLastIndex(({ turn }) => turn === id)
  const turn = view.turns[index]
  if (turn === undefined) return view
  const changed = change(turn)
  return changed === turn ? view : { ...view, turns: view.turns.with(index, changed) }
}

export function isOver(turn: TurnView): boolean {
  return turn.endedAt !== undefined
}

/** The view with the statuses that its turns and requests come to. */
export function withStatus(view: SessionView, turnId: string | undefined): SessionView {
  const changed = withTurn(view, turnId, (turn) => {
    if (isOver(turn)) return turn
    const status = view.requests.some((request) => request.turn === turn.turn) ? 'waiting' : 'running'
    return status === turn.status ? turn : { ...turn, status }
  })
  const status = statusOf(changed)
  return status === changed.status ? changed : { ...changed, status }
}

function statusOf({ closed, turns }: SessionView): SessionView['status'] {
  if (closed !== undefined) return 'closed'
  const last = turns.at(-1)
  return last?.status === 'running' || last?.status === 'waiting' ? last.status : 'idle'
}
