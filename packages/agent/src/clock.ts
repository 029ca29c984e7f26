/** Time and chance, as an agent and its host get them. A test hands in its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms`, or early, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** 0 up to, not including, 1. */
  random(): number
}

/** A timer of Node's takes no more, and fires at once where it is given more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const wait = (left: number): NodeJS.Timeout =>
        left <= LONGEST_TIMER_MS
          ? setTimeout(wake, left)
          : setTimeout(() => {
              timer = wait(left - LONGEST_TIMER_MS)
            }, LONGEST_TIMER_MS)
      let timer = wait(ms)
      signal?.addEventListener('abort', wake, { once: true })
    })
  },
}

/** This clock, set ahead. What sleeps sleeps as long. */
export function aheadBy(clock: Clock, ms: number): Clock {
  if (ms === 0) return clock
  return { now: () => clock.now() + ms, sleep: (time, signal) => clock.sleep(time, signal), random: clock.random }
}
