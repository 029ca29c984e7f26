import { type AgentHost, InProcessHost, type Run, type RunListener, type TurnStart } from '@longwire/agent/internal'
import type { FailureCode } from '@longwire/protocol'

/** Runs agents in this thread, and loses all runs at once when a test says so, as a worker does that is replaced. */
export class FragileHost implements AgentHost {
  /** How many runs were begun so far. */
  begun = 0
  readonly #host: InProcessHost
  readonly #runs = new Map<RunListener, { readonly run: Run; readonly turn: TurnStart }>()

  private constructor(host: InProcessHost) {
    this.#host = host
  }

  static async open(...how: Parameters<typeof InProcessHost.open>): Promise<FragileHost> {
    return new FragileHost(await InProcessHost.open(...how))
  }

  /** The runs that are under way. */
  get runs(): readonly TurnStart[] {
    return [...this.#runs.values()].map(({ turn }) => turn)
  }

  agents() {
    return this.#host.agents()
  }

  start(turn: TurnStart, listener: RunListener): Run {
    this.begun += 1
    const over = () => this.#runs.delete(listener)
    const heard: RunListener = {
      said: (said) => {
        if (said.at(-1)?.type === 'end' || said.at(-1)?.type === 'stopped') over()
        listener.said(said)
      },
      died: (code, message) => {
        over()
        listener.died(code, message)
      },
    }
    const run = this.#host.start(turn, heard)
    this.#runs.set(listener, { run, turn })
    return {
      ...run,
      cancel: (reason) => {
        over()
        run.cancel(reason)
      },
    }
  }

  crash(code: FailureCode): void {
    const lost = [...this.#runs]
    this.#runs.clear()
    for (const [listener, { run }] of lost) {
      run.cancel(code)
      listener.died(code, `the worker is gone: ${code}`)
    }
  }

  close(): Promise<void> {
    return this.#host.close()
  }
}
