import type { Run, RunListener } from './agent-host.ts'
import type { AgentThread } from './agent-thread.ts'

/** Runs at once, at most: further ones wait until one of them is over. */
const AT_ONCE = 4

interface Held {
  readonly begin: (thread: AgentThread, listener: RunListener) => Run
  readonly spawn: () => AgentThread
  readonly listener: RunListener
  /** What its session did with it before it ran. */
  readonly asked: ((run: Run) => void)[]
  run?: Run
}

/** Runs that may take their worker down with them, each in a worker of its own that goes with it. */
export class RunsAlone {
  /** A worker outlives its run for a moment, so there may be more of them. */
  readonly #threads = new Set<AgentThread>()
  readonly #running = new Set<Held>()
  #waiting: Held[] = []

  /** `begin` starts the run in the worker that `spawn` makes. */
  start(spawn: Held['spawn'], listener: RunListener, begin: Held['begin']): Run {
    const held: Held = { spawn, begin, listener, asked: [] }
    this.#waiting.push(held)
    this.#next()
    const ask = (what: (run: Run) => void) => {
      if (held.run) what(held.run)
      else held.asked.push(what)
    }
    return {
      cancel: (reason) => {
        this.#waiting = this.#waiting.filter((each) => each !== held)
        held.run?.cancel(reason)
        this.#over(held)
      },
      stop: (reason, graceMs) => {
        // One that has not begun has no tools.
        if (held.run) held.run.stop(reason, graceMs)
        else listener.said([{ type: 'stopped', run: 0 }])
      },
      steer: (inputs) => ask((run) => run.steer(inputs)),
      settled: (request, settled) => ask((run) => run.settled(request, settled)),
      agentSaid: (n, said) => ask((run) => run.agentSaid(n, said)),
      stored: (n) => ask((run) => run.stored(n)),
      credit: (bytes) => ask((run) => run.credit(bytes)),
      kill: (why) => ask((run) => run.kill(why)),
    }
  }

  async close(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    this.#running.clear()
    for (const { listener } of waiting) listener.died('node_stopped', 'the server stopped')
    await Promise.all([...this.#threads].map((thread) => thread.close()))
  }

  #next(): void {
    while (this.#running.size < AT_ONCE && this.#waiting.length > 0) this.#run(this.#waiting.shift()!)
  }

  #run(held: Held): void {
    const thread = held.spawn()
    this.#threads.add(thread)
    this.#running.add(held)
    // Its run is told of it; there is nobody else to tell.
    thread.loaded.catch(() => {})
    held.run = held.begin(thread, this.#listener(held))
    thread.retire()
    for (const ask of held.asked) ask(held.run)
    void thread.closed.then(() => this.#threads.delete(thread))
  }

  #listener(held: Held): RunListener {
    const { listener } = held
    return {
      said: (said) => {
        listener.said(said)
        if (said.at(-1)?.type === 'end' || said.at(-1)?.type === 'stopped') this.#over(held)
      },
      died: (code, message) => {
        listener.died(code, message)
        this.#over(held)
      },
    }
  }

  #over(held: Held): void {
    if (this.#running.delete(held)) this.#next()
  }
}
