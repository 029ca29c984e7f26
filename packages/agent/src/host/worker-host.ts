import { basename } from 'node:path'
import type { AgentDescription, TurnStart } from '../boundary/messages.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { AgentHost, Run, RunListener } from './agent-host.ts'
import { AgentLoadError } from './agent-load-error.ts'
import { type AgentLog, AgentThread } from './agent-thread.ts'

export interface WorkerHostOptions {
  /** The agent files, as `findAgents` gives them. */
  readonly files: readonly string[]
  /** Worker threads for each file; 1 unless given. */
  readonly workers?: number | undefined
  /** Heap of each worker in MB; 512 unless given. */
  readonly memoryMb?: number | undefined
  /** How long an agent may keep its event loop from turning, in milliseconds; 5,000 unless given. */
  readonly blockedMs?: number | undefined
  /** How often a busy worker is asked whether it still turns; 1,000 unless given. */
  readonly pingMs?: number | undefined
  /** How long a file may take to load; 30,000 unless given. */
  readonly loadMs?: number | undefined
  readonly clock?: Clock | undefined
  /** Gets what agents print and what happens to their workers; it goes to this process's stderr unless given. */
  readonly log?: ((line: AgentLog) => void) | undefined
}

interface LoadedFile {
  readonly file: string
  readonly agents: readonly AgentDescription[]
  readonly threads: readonly AgentThread[]
}

/** Runs agents in worker threads, one file apart from the other: what an agent does to its worker, no other file feels. */
export class WorkerHost implements AgentHost {
  readonly #files: readonly LoadedFile[]

  private constructor(files: readonly LoadedFile[]) {
    this.#files = files
  }

  /** Loads all files. Rejects with `AgentLoadError` where one does not load, or two define the same agent. */
  static async open(options: WorkerHostOptions): Promise<WorkerHost> {
    const { files, workers = 1, clock = systemClock, log = printed, memoryMb = 512 } = options
    const { blockedMs = 5_000, pingMs = 1_000, loadMs = 30_000 } = options
    const spawned = files.map((file) => ({
      file,
      threads: Array.from(
        { length: workers },
        () => new AgentThread({ file, memoryMb, blockedMs, pingMs, loadMs, clock, log }),
      ),
    }))
    const opened = await Promise.allSettled(spawned.map(loadedFile))
    try {
      const loaded = opened.map((result) => {
        if (result.status === 'rejected') throw result.reason
        return result.value
      })
      refuseSameName(loaded)
      return new WorkerHost(loaded)
    } catch (error) {
      await Promise.all(spawned.flatMap(({ threads }) => threads).map((thread) => thread.close()))
      throw error
    }
  }

  agents(): readonly AgentDescription[] {
    return this.#files.flatMap(({ agents }) => agents)
  }

  start(turn: TurnStart, listener: RunListener): Run {
    const home = this.#files.find(({ agents }) => agents.some(({ name }) => name === turn.agent))
    if (!home) {
      setImmediate(() => listener.died('agent_unavailable', `no agent ${turn.agent} is loaded`))
      return NO_RUN
    }
    return leastLoaded(home.threads).start(turn, listener)
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.flatMap(({ threads }) => threads).map((thread) => thread.close()))
  }
}

async function loadedFile({ file, threads }: Pick<LoadedFile, 'file' | 'threads'>): Promise<LoadedFile> {
  const [agents = []] = await Promise.all(threads.map((thread) => thread.loaded))
  return { file, agents, threads }
}

function refuseSameName(files: readonly LoadedFile[]): void {
  const home = new Map<string, string>()
  for (const { file, agents } of files) {
    for (const { name } of agents) {
      const other = home.get(name)
      if (other !== undefined) throw new AgentLoadError(file, `it defines agent ${name}, which ${other} defines too`)
      home.set(name, file)
    }
  }
}

function leastLoaded(threads: readonly AgentThread[]): AgentThread {
  return threads.reduce((best, thread) => (rank(thread) < rank(best) ? thread : best))
}

/** One that has to load first comes after any that is ready. */
function rank(thread: AgentThread): number {
  return thread.load + (thread.isReady ? 0 : 1_000_000)
}

const NO_RUN: Run = { cancel() {}, steer() {}, settled() {}, agentSaid() {}, stored() {}, credit() {} }

function printed({ file, from, text }: AgentLog): void {
  process.stderr.write(`[${basename(file)}${from === 'host' ? '' : ` ${from}`}] ${text}\n`)
}
