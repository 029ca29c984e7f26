import { described, type EventOf } from '@longwire/protocol'
import type { SessionView } from '../session-view.ts'
import { withStatus } from '../turn-list.ts'

export function sessionOpened(view: SessionView, event: EventOf<'session.opened'>): SessionView {
  const { session, agent, tools, metadata } = event
  return { ...view, session, agent, tools, metadata }
}

export function sessionDescribed(view: SessionView, { changes }: EventOf<'session.described'>): SessionView {
  return { ...view, metadata: described(view.metadata, changes) }
}

export function sessionClosed(view: SessionView, { reason, at }: EventOf<'session.closed'>): SessionView {
  return withStatus({ ...view, closed: { reason, at } }, undefined)
}
