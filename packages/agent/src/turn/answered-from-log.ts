import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What the code that is running is a part of, where that is not run again once the log has its result: "step «pick»".
 * Undefined in a turn's own function and its branches.
 */
export const answeredFromLog = new AsyncLocalStorage<string | undefined>()

/** Runs `work` as a part of `what`, or of the narrower thing around it: the author's functions that it calls, too. */
export function asPartOf<T>(what: string, work: () => T): T {
  return answeredFromLog.run(answeredFromLog.getStore() ?? what, work)
}
