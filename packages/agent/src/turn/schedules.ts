import { milliseconds } from './duration.ts'
import { AgentFailure } from './failure.ts'
import { jsonText } from './json-text.ts'
import { NEVER, type RunningTurn } from './running-turn.ts'
import type { ScheduleOptions, Schedules } from './turn.ts'

const SHORTEST_PERIOD_MS = 1_000

/** What an author writes to have turns begin by themselves. What was set before a crash is not set again. */
export function schedulesOf(run: RunningTurn): Schedules {
  return {
    at(time, options) {
      const next = time instanceof Date ? time.getTime() : time
      if (!Number.isFinite(next)) throw new TypeError('turn.schedule.at(): the time is none')
      return set(run, options, () => ({ next: Math.round(next) }))
    },
    every(period, options) {
      const everyMs = Math.round(milliseconds(period, 'turn.schedule.every()'))
      if (everyMs < SHORTEST_PERIOD_MS) throw new TypeError('turn.schedule.every(): once a second at most')
      return set(run, options, () => ({ next: run.clock.now() + everyMs, everyMs }))
    },
    async cancel(schedule) {
      run.voice.ensureSpeaking()
      if (run.journal.hasEnded(schedule)) return
      if (run.isRetraced) return NEVER
      await run.commit([{ type: 'schedule.ended', schedule, reason: 'cancelled' }])
    },
  }
}

async function set(
  run: RunningTurn,
  { label, input }: ScheduleOptions,
  when: () => { readonly next: number; readonly everyMs?: number },
): Promise<string> {
  run.voice.ensureSpeaking()
  jsonText(input, `the input of schedule «${label}»`)
  const { step } = run.scope()
  const schedule = `${step.name}.c${++step.schedules}`
  const recorded = run.journal.schedule(schedule)
  if (recorded) {
    if (recorded.label !== label) run.fail(changed(schedule, recorded.label, label))
    await run.recall(recorded.seq)
    return schedule
  }
  if (run.isRetraced) return NEVER
  const told = input === undefined ? {} : { input: input as never }
  await run.commit([{ type: 'schedule.set', schedule, label, ...when(), ...told }])
  return schedule
}

function changed(schedule: string, was: string, is: string): AgentFailure {
  return new AgentFailure(
    'turn_changed',
    `the agent's code has changed under the turn: schedule ${schedule} was «${was}» when this turn began, and is «${is}» now`,
  )
}
