import type { Answer, FailureCode } from '@longwire/protocol'
import type { AgentAnswer, AgentDescription, AgentInput, Said, TurnStart } from '../boundary/messages.ts'
import type { AgentFault } from './agent-fault.ts'

/** Runs agents somewhere else: in worker threads, or for a test in this one. */
export interface AgentHost {
  agents(): readonly AgentDescription[]
  /** The last things that went wrong in agents, oldest first, where the host keeps them. */
  readonly faults?: readonly AgentFault[]
  /** Starts one turn. What it says comes to the listener, in order, until `end` or `died`. */
  start(turn: TurnStart, listener: RunListener, options?: StartOptions): Run
  /** Lets go of every worker. Runs that are still going die with `node_stopped`. */
  close(): Promise<void>
}

export interface StartOptions {
  /** Not together with other runs: the one before it lost its worker, and may do so again. */
  readonly isAlone?: boolean
}

export interface RunListener {
  /** All that one run said in one tick. After `end`, `died` or `cancel` nothing comes. */
  said(said: readonly Said[]): void
  /** The worker is gone, and with it the run. */
  died(code: FailureCode, message: string): void
}

/** The session's hold on one running turn. */
export interface Run {
  /** Aborts `turn.signal` and forgets the run: nothing it says from now on reaches the listener. */
  cancel(reason: string): void
  /**
   * Aborts `turn.signal`, and lets the tools that are at work say how they ended, for so long: the listener hears these
   * commits, and then `stopped`.
   */
  stop(reason: string, graceMs: number): void
  steer(inputs: readonly AgentInput[]): void
  settled(
    request: string,
    settled: { outcome: 'answered' | 'expired' | 'withdrawn'; answer?: Answer | undefined; by?: string | undefined },
  ): void
  /** The answer to the `n`-th `call-agent` of this run. */
  agentSaid(n: number, said: AgentAnswer): void
  stored(n: number): void
  credit(bytes: number): void
  /** Ends the worker that the run is in, and with it every run there: each dies with `node_died`, and is to blame for nothing. */
  kill(why: string): void
}
