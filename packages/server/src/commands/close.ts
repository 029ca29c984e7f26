import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Ends the session: the running turn is cancelled, what waits is returned, and nothing more can be said. */
export const close: SessionCommandHandler<'close'> = async ({ session, turns }, command) => {
  if (session.state.closed) throw new Refusal('session_closed', `session ${session.id} is closed`)
  const running = session.state.turn?.turn
  const ending = turns.cancelling(undefined)
  const returned = session.state.waiting
    .filter(({ delivery }) => running === undefined || delivery !== 'steer')
    .map(({ input }) => session.body({ type: 'input.returned', input, reason: 'withdrawn' }))
  const closed = session.body({ type: 'session.closed', reason: 'closed by the principal', command: command.id })
  const first = await session.commit([...ending, ...returned, closed])
  if (running !== undefined) turns.stopped(running, 'the session was closed')
  return { seq: first + ending.length + returned.length }
}
