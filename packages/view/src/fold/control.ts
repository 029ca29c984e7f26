import type { EventOf } from '@longwire/protocol'
import { defined } from '../defined.ts'
import type { RequestView, SessionView } from '../session-view.ts'
import { asRequested, withCall } from '../tool-part.ts'
import { withStatus, withTurn } from '../turn-list.ts'

export function controlRequested(view: SessionView, event: EventOf<'control.requested'>): SessionView {
  const { request, turn, kind, message, call, input, schema, options, expiresAt, onExpiry, to, hash, at } = event
  const asked: RequestView = defined({
    request,
    turn,
    kind,
    message,
    call,
    input,
    schema,
    options,
    expiresAt,
    onExpiry,
    to,
    hash,
    askedAt: at,
  })
  return withStatus(inTurn({ ...view, requests: put(view.requests, asked) }, asked), turn)
}

export function controlSettled(view: SessionView, event: EventOf<'control.settled'>): SessionView {
  const { request: id, outcome, answer, by, at } = event
  const open = view.requests.find(({ request }) => request === id)
  if (open === undefined) return view
  const requests = view.requests.filter((request) => request !== open)
  const settled: RequestView = defined({ ...open, outcome, answer, by, settledAt: at })
  return withStatus(inTurn({ ...view, requests }, settled), open.turn)
}

/** The view with the request in its turn, and the call it is about in the state it gives. */
function inTurn(view: SessionView, request: RequestView): SessionView {
  return withTurn(view, request.turn, (turn) => {
    const requests = put(turn.requests, request)
    const asked = { ...turn, requests }
    return request.call === undefined ? asked : withCall(asked, request.call, (part) => asRequested(part, requests))
  })
}

function put(requests: readonly RequestView[], one: RequestView): readonly RequestView[] {
  const index = requests.findIndex(({ request }) => request === one.request)
  return index < 0 ? [...requests, one] : requests.with(index, one)
}
