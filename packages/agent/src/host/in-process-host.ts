import type { AgentDescription, FromAgent, ToAgent, TurnStart } from '../boundary/messages.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import { AgentWorker } from '../worker/agent-worker.ts'
import { describeAgent } from '../worker/load-agents.ts'
import type { AgentHost, Run, RunListener } from './agent-host.ts'
import { RunTable } from './run-table.ts'

export interface InProcessHostOptions {
  readonly clock?: Clock | undefined
  /** Gets the errors that a turn ended with, whole; they are not printed unless given. */
  readonly report?: ((about: string, thrown: unknown) => void) | undefined
}

/**
 * Runs agents in this thread, over the same messages. For tests: an agent that blocks here blocks everything, and
 * stray errors of its code are the process's own.
 */
export class InProcessHost implements AgentHost {
  readonly #agents: readonly AgentDescription[]
  readonly #runs: RunTable

  private constructor(
    agents: readonly Agent[],
    descriptions: readonly AgentDescription[],
    options: InProcessHostOptions,
  ) {
    const { clock = systemClock, report = () => {} } = options
    const worker = new AgentWorker({
      agents,
      clock,
      report,
      post: (message) => this.#receive(structuredClone(message)),
    })
    this.#agents = descriptions
    // As between threads, a message is a copy and comes a moment later.
    this.#runs = new RunTable((message: ToAgent) => {
      const copy = structuredClone(message)
      setImmediate(() => worker.receive(copy))
    })
  }

  static async open(agents: readonly Agent[], options: InProcessHostOptions = {}): Promise<InProcessHost> {
    return new InProcessHost(agents, await Promise.all(agents.map(describeAgent)), options)
  }

  agents(): readonly AgentDescription[] {
    return this.#agents
  }

  start(turn: TurnStart, listener: RunListener): Run {
    // There is no worker to end: what the run still says is not heard.
    return this.#runs.start(turn, listener, (why) => this.#runs.died('node_died', why))
  }

  async close(): Promise<void> {
    this.#runs.died('node_stopped', 'the server stopped')
  }

  #receive(message: FromAgent): void {
    if (message.type === 'said') this.#runs.said(message.said)
  }
}
