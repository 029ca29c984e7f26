import { setTimeout as sleep } from 'node:timers/promises'

/** How fast an answer is told, so that a person can watch it being written. */
export interface Pace {
  /** Waits before the next token. Rejects with the signal's reason when it aborts. */
  next(signal: AbortSignal | undefined): Promise<void>
}

/** Every token after `ms` milliseconds; 0 tells all at once. */
export function steadyPace(ms: number): Pace {
  return {
    async next(signal) {
      signal?.throwIfAborted()
      if (ms === 0) return
      try {
        await sleep(ms, undefined, signal ? { signal } : {})
      } catch {
        signal?.throwIfAborted()
      }
    },
  }
}

/** A word with the space before it, a line break, or a piece of a long word. */
export function tokensOf(text: string): string[] {
  return text.match(/\n+|[^\S\n]*[^\s]{1,12}|[^\S\n]+/g) ?? []
}

/** As an environment variable gives it; 8 unless given. Throws a `RangeError` when it is no number of milliseconds. */
export function tokenMsFrom(text: string | undefined): number {
  const ms = text === undefined || text === '' ? 8 : Number(text)
  if (ms >= 0 && ms <= 10_000) return ms
  throw new RangeError(`«${text}» is no time for a token: give milliseconds from 0 to 10000`)
}
