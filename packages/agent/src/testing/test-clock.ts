import type { Clock } from '../clock.ts'

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves the time on. What sleeps until then wakes in order, and has its say before this resolves. */
  advance(ms: number): Promise<void>
  /** Moves the time on to where the next sleeper wakes, if anyone sleeps. */
  passNext(): Promise<void>
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Noon of the first day of 2026, unless told otherwise. Chance is always a half. */
export function testClock(start = Date.UTC(2026, 0, 1, 12)): TestClock {
  let now = start
  const sleepers = new Set<Sleeper>()
  const next = () => [...sleepers].reduce((best, each) => (each.at < best.at ? each : best))

  async function moveTo(time: number): Promise<void> {
    while (sleepers.size > 0 && next().at <= time) {
      const sleeper = next()
      now = Math.max(now, sleeper.at)
      sleeper.wake()
      await turned()
    }
    now = Math.max(now, time)
  }

  return {
    now: () => now,
    random: () => 0.5,
    sleep(ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { at: now + ms, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      })
    },
    advance: (ms) => moveTo(now + ms),
    passNext: async () => {
      if (sleepers.size > 0) await moveTo(next().at)
    },
  }
}

/** The event loop has turned: what was due has been done. */
function turned(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
