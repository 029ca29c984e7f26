import type { FailureCode } from '@longwire/protocol'

/** How often something was begun, as far as it counts: a run that was lost without fault of its own is not held against it. */
export interface Tries {
  /** All that count. */
  readonly counted: number
  /** Those in a row, the last among them, that have finished no step. */
  readonly fruitless: number
  /** When the last one began: milliseconds since 1970. */
  readonly since: number
  /** The agent took the worker of the last one down. */
  readonly isBlamed: boolean
  /** The last one was cut because its node stopped: that says nothing of the agent. */
  readonly wasStopped?: boolean
}

/** What stood for so long was not about to fall, and to take the process with it. */
const STOOD_MS = 10_000

const WORKER_FAULTS: readonly FailureCode[] = ['agent_blocked', 'agent_out_of_memory', 'agent_crashed']

export function isWorkerFault(code: string): boolean {
  return (WORKER_FAULTS as readonly string[]).includes(code)
}

export function firstTry(at: number): Tries {
  return { counted: 1, fruitless: 1, since: at, isBlamed: false }
}

/** One more; `wasWaiting` tells whether the one before it waited for a person or a time when it was lost. */
export function nextTry(before: Tries, at: number, wasWaiting: boolean): Tries {
  const { counted, fruitless, since, isBlamed, wasStopped } = before
  const isSpared = (wasWaiting || wasStopped === true) && !isBlamed
  return {
    counted: isSpared && at - since >= STOOD_MS ? counted : counted + 1,
    fruitless: isSpared ? fruitless : fruitless + 1,
    since: at,
    isBlamed: false,
  }
}

/** A step is finished. */
export function fruitful(tries: Tries): Tries {
  return tries.fruitless === 0 ? tries : { ...tries, fruitless: 0 }
}
