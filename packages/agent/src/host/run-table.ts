import type { FailureCode } from '@longwire/protocol'
import type { RunId, Said, ToAgent, TurnStart } from '../boundary/messages.ts'
import { type PackedAdds, unpack } from '../boundary/packed-adds.ts'
import type { Run, RunListener } from './agent-host.ts'

/** Bytes of drafts that a run may say before its session has taken any: about a second of the fastest models. */
const FIRST_CREDIT = 262_144
/** Credit is given back in lumps: a message for each piece would cost more than the piece. */
const CREDIT_LUMP = FIRST_CREDIT / 4

/** The runs of one worker, and who listens to each. */
export class RunTable {
  readonly #send: (message: ToAgent) => void
  readonly #onIdle: () => void
  readonly #listeners = new Map<RunId, RunListener>()
  #last = 0

  /** `onIdle` is called when the last run is over. */
  constructor(send: (message: ToAgent) => void, onIdle: () => void = () => {}) {
    this.#send = send
    this.#onIdle = onIdle
  }

  get size(): number {
    return this.#listeners.size
  }

  /** `kill` ends the worker. */
  start(turn: TurnStart, listener: RunListener, kill: (why: string) => void): Run {
    const run = ++this.#last
    this.#listeners.set(run, listener)
    this.#send({ type: 'start', run, turn, credit: FIRST_CREDIT })
    let owed = 0
    const tell = (message: ToAgent) => {
      if (this.#listeners.has(run)) this.#send(message)
    }
    return {
      cancel: (reason) => {
        tell({ type: 'cancel', run, reason })
        this.#forget(run)
      },
      stop: (reason, graceMs) => tell({ type: 'stop', run, reason, graceMs }),
      steer: (inputs) => tell({ type: 'steer', run, inputs }),
      settled: (request, settled) => tell({ type: 'settled', run, request, ...settled }),
      agentSaid: (n, said) => tell({ type: 'agent-said', run, n, ...said }),
      stored: (n) => tell({ type: 'stored', run, n }),
      kill: (why) => {
        if (this.#listeners.has(run)) kill(why)
      },
      credit: (bytes) => {
        owed += bytes
        if (owed < CREDIT_LUMP) return
        tell({ type: 'credit', run, bytes: owed })
        owed = 0
      },
    }
  }

  /** Hands what was said in one tick to each run's listener, at once and in order. */
  said(said: readonly (Said | PackedAdds)[]): void {
    for (const [run, ofRun] of byRun(unpack(said))) {
      const listener = this.#listeners.get(run)
      if (isLast(ofRun.at(-1))) this.#forget(run)
      listener?.said(ofRun)
    }
  }

  /** Ends every run: its worker is gone. */
  died(code: FailureCode, message: string): void {
    const listeners = [...this.#listeners.values()]
    this.#listeners.clear()
    for (const listener of listeners) listener.died(code, message)
    if (listeners.length > 0) this.#onIdle()
  }

  #forget(run: RunId): void {
    if (this.#listeners.delete(run) && this.#listeners.size === 0) this.#onIdle()
  }
}

function byRun(said: readonly Said[]): ReadonlyMap<RunId, readonly Said[]> {
  const first = said[0]
  // Most ticks carry the words of one run.
  if (first && said.every((one) => one.run === first.run)) return new Map([[first.run, said]])
  return Map.groupBy(said, (one) => one.run)
}

/** After this nothing comes of the run. */
function isLast(said: Said | undefined): boolean {
  return said?.type === 'end' || said?.type === 'stopped'
}
