import type { EventOf } from '@longwire/protocol'
import { defined } from '../defined.ts'
import type { SessionView } from '../session-view.ts'

export function scheduleSet(view: SessionView, event: EventOf<'schedule.set'>): SessionView {
  const { schedule, label, next, everyMs, input, by } = event
  const others = view.schedules.filter((known) => known.schedule !== schedule)
  return { ...view, schedules: [...others, defined({ schedule, label, next, everyMs, input, by })] }
}

export function scheduleEnded(view: SessionView, { schedule }: EventOf<'schedule.ended'>): SessionView {
  return { ...view, schedules: view.schedules.filter((known) => known.schedule !== schedule) }
}

/** A schedule came due: it has another time now, or is over. */
export function scheduleCame(view: SessionView, schedule: string, next: number | undefined): SessionView {
  const schedules = view.schedules.flatMap((known) => {
    if (known.schedule !== schedule) return [known]
    return next === undefined ? [] : [{ ...known, next }]
  })
  return { ...view, schedules }
}
