import { overLimit } from '../limits/over-limit.ts'
import { Refusal } from '../refusal.ts'
import { inputOf, labelOf } from '../session/schedule-input.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Lets a turn begin by itself. It is named for the number of its commit, as what an agent has set from the beginning is. */
export const schedule: SessionCommandHandler<'schedule'> = async ({ session, limits }, command, { principal: by }) => {
  const { at: from, everyMs, id } = command
  if (from === undefined && everyMs === undefined) throw new Refusal('bad_field', 'schedule needs at or everyMs')
  if (session.state.closed) throw new Refusal('session_closed', `session ${session.id} is closed`)
  if (session.state.schedules.length >= limits.schedules) {
    const message = `${limits.schedules} schedules are set in session ${session.id} already`
    throw overLimit('schedules', message, 1_000)
  }
  const name = `c${session.head + 1}`
  const next = from ?? session.house.clock.now() + everyMs!
  const told = { label: labelOf(command), input: inputOf(command) }
  const seq = await session.commit([
    session.body({ type: 'schedule.set', schedule: name, ...told, next, everyMs, from, by, command: id }),
  ])
  return { seq, schedule: name }
}
