import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Ends the session: the running turn is cancelled, what waits is returned, and nothing more can be said. */
export const close: SessionCommandHandler<'close'> = async ({ session, turns, tasks }, command, speaker) => {
  if (session.state.closed) throw new Refusal('session_closed', `session ${session.id} is closed`)
  const running = session.state.turn?.turn
  const ending = turns.cancelling(undefined)
  const returned = session.state.waiting
    .filter(({ delivery }) => running === undefined || delivery !== 'steer')
    .map(({ input }) => session.body({ type: 'input.returned', input, reason: 'withdrawn' }))
  const stopped = tasks.cancelling()
  const schedules = session.state.schedules.map(({ schedule }) =>
    session.body({ type: 'schedule.ended', schedule, reason: 'closed' }),
  )
  const by = speaker.principal === session.principal ? 'the principal' : 'an operator'
  const closed = session.body({ type: 'session.closed', reason: `closed by ${by}`, command: command.id })
  const first = await session.commit([...ending, ...returned, ...stopped, ...schedules, closed])
  if (running !== undefined) turns.stopped(running, 'the session was closed')
  tasks.close()
  return { seq: first + ending.length + returned.length + stopped.length + schedules.length }
}
