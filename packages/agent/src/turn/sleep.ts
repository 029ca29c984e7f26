import { type Duration, milliseconds } from './duration.ts'
import { NEVER, type RunningTurn } from './running-turn.ts'

/** A timer takes no more than this at a time. */
const LONGEST_TIMER_MS = 86_400_000

/** Waits until a time that is in the log, so that a run which begins anew waits for the same. */
export async function sleep(run: RunningTurn, time: Duration | Date): Promise<void> {
  const scope = run.scope()
  const target = time instanceof Date ? time.getTime() : run.clock.now() + milliseconds(time, 'turn.sleep()')
  if (!Number.isFinite(target)) throw new TypeError('turn.sleep(): the date is none')
  const step = run.nextStep(scope)
  const recorded = run.begin(step, { kind: 'sleep' })
  if (recorded?.finished) return run.recall(recorded.finished.seq)
  if (run.isRetraced) return NEVER
  const startedAt = recorded?.started?.at ?? run.clock.now()
  const until = recorded?.started?.until ?? Math.round(target)
  const name = 'sleep'
  if (!recorded?.started) void run.commit([{ type: 'step.started', step, name, until }])
  run.spans.renew(step)
  const label = `Waiting until ${new Date(until).toISOString()}`
  const span = run.spans.open({ label, level: 'step', kind: 'wait', parent: scope.span?.id, step, startedAt })
  await run.wait(scope, () => sleepUntil(run, until))
  run.voice.ensureSpeaking()
  const tookMs = Math.max(0, run.clock.now() - startedAt)
  await run.commit([...span.end('ok'), { type: 'step.finished', step, name, tookMs }])
}

/** By the clock on the wall, and no longer than it seemed at first: that clock may be set, and timers may be early. */
async function sleepUntil({ clock, signal }: RunningTurn, until: number): Promise<void> {
  let rest = until - clock.now()
  while (rest > 0 && !signal.aborted) {
    const ms = Math.min(rest, LONGEST_TIMER_MS)
    await clock.sleep(ms, signal)
    rest = Math.min(rest - ms, until - clock.now())
  }
}
