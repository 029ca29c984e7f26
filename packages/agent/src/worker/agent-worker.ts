import type { FromAgent, RunId, ToAgent } from '../boundary/messages.ts'
import { aheadBy, type Clock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import type { KeptTask } from '../turn/background.ts'
import { AgentFailure } from '../turn/failure.ts'
import { runTask } from '../turn/run-task.ts'
import { runTurn } from '../turn/run-turn.ts'
import { RunningTurn } from '../turn/running-turn.ts'
import { currentScope } from '../turn/scope.ts'
import { Voice } from '../turn/voice.ts'
import { KeptTasks } from './kept-tasks.ts'
import { Outlet } from './outlet.ts'

export interface AgentWorkerOptions {
  readonly agents: readonly Agent[]
  readonly clock: Clock
  post(message: FromAgent): void
  /** Where errors go that an author wants to see whole, with their stack: the worker's own error output. */
  report(about: string, thrown: unknown): void
}

/** The agent's side of the boundary: starts runs, and hands each one what its session says. */
export class AgentWorker {
  readonly #agents: ReadonlyMap<string, Agent>
  readonly #runs = new Map<RunId, Voice>()
  readonly #running = new Map<RunId, RunningTurn>()
  readonly #outlet: Outlet
  readonly #tasks = new KeptTasks()
  readonly #options: AgentWorkerOptions

  constructor(options: AgentWorkerOptions) {
    this.#options = options
    this.#agents = new Map(options.agents.map((agent) => [agent.name, agent]))
    this.#outlet = new Outlet(options.post)
  }

  receive(message: ToAgent): void {
    switch (message.type) {
      case 'start':
        this.#start(message)
        break
      case 'cancel':
        this.#runs.get(message.run)?.cancel(message.reason)
        this.#forget(message.run)
        break
      case 'stop':
        void this.#stop(message)
        break
      case 'steer':
        this.#runs.get(message.run)?.steer(message.inputs)
        break
      case 'settled':
        this.#runs.get(message.run)?.settled(message.request, message)
        break
      case 'agent-said':
        this.#runs.get(message.run)?.agentSaid(message.n, message)
        break
      case 'stored':
        this.#runs.get(message.run)?.stored(message.n)
        break
      case 'credit':
        this.#runs.get(message.run)?.credit(message.bytes)
        break
      case 'ping':
        this.#options.post({ type: 'pong', n: message.n })
        break
    }
  }

  /** Tells the run to stop, and says when none of its tools is at work any more. */
  async #stop({ run, reason, graceMs }: Extract<ToAgent, { type: 'stop' }>): Promise<void> {
    const voice = this.#runs.get(run)
    const running = this.#running.get(run)
    if (!voice || !running) return
    voice.stop(reason, graceMs)
    await running.toolsEnded()
    voice.stopped()
    this.#forget(run)
  }

  #forget(run: RunId): void {
    this.#runs.delete(run)
    this.#running.delete(run)
  }

  /**
   * An error that nothing caught: a promise nobody awaited, a timer that threw. It fails the run whose code it came
   * from; where that cannot be told, or the run is over, it is only reported.
   */
  stray(thrown: unknown): void {
    const run = currentScope.getStore()?.run
    if (run?.voice.isOver && isAbort(thrown)) return
    this.#options.report(run ? `a stray error in turn ${run.id} of agent ${run.agent.name}` : 'a stray error', thrown)
    run?.fail(thrown)
  }

  #start({ run: id, turn, credit }: Extract<ToAgent, { type: 'start' }>): void {
    const { report } = this.#options
    const clock = aheadBy(this.#options.clock, turn.aheadMs ?? 0)
    const voice = new Voice(this.#outlet, id, turn.turn, credit, clock.now)
    const agent = this.#agents.get(turn.agent)
    if (!agent) {
      const { code, message } = new AgentFailure('agent_unavailable', `no agent ${turn.agent} is loaded here`)
      voice.end({ outcome: 'failed', error: { code, message, retryable: false } })
      return
    }
    this.#runs.set(id, voice)
    const keepTask = (task: string, kept: KeptTask) => this.#tasks.keep(turn.session, task, kept)
    const running: RunningTurn = new RunningTurn(agent, turn, voice, clock, {
      keepTask,
      report: (thrown) => report(`turn ${running.name} of agent ${agent.name}`, thrown),
    })
    this.#running.set(id, running)
    const work =
      turn.task === undefined ? runTurn(running) : runTask(running, this.#tasks.take(turn.session, turn.task))
    void work.finally(async () => {
      // One that was stopped is heard until its tools have ended.
      if (voice.isStopping) await running.toolsEnded()
      this.#forget(id)
    })
  }
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError'
}
