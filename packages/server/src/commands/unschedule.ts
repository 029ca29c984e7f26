import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Takes back what would begin by itself, whoever set it. A turn that it has begun goes on. */
export const unschedule: SessionCommandHandler<'unschedule'> = async ({ session }, { id: command, schedule }) => {
  if (!session.state.schedules.some((each) => each.schedule === schedule)) {
    throw new Refusal('schedule_not_found', `no schedule ${schedule} is set in session ${session.id}`)
  }
  const ended = session.body({ type: 'schedule.ended', schedule, reason: 'cancelled', command })
  return { seq: await session.commit([ended]), schedule }
}
