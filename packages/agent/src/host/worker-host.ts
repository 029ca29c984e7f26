import { basename } from 'node:path'
import type { AgentDescription, TurnStart } from '../boundary/messages.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { AgentFault } from './agent-fault.ts'
import type { AgentHost, Run, RunListener, StartOptions } from './agent-host.ts'
import { AgentLoadError } from './agent-load-error.ts'
import { type AgentLog, AgentThread, loadFault } from './agent-thread.ts'
import { RunsAlone } from './runs-alone.ts'

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
  /** Environment variables that agents have beside those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly clock?: Clock | undefined
  /** Whether to keep in `modules` what the agents import; false unless given. */
  readonly keepsModules?: boolean | undefined
  /** Gets what agents print and what happens to their workers; it goes to this process's stderr unless given. */
  readonly log?: ((line: AgentLog) => void) | undefined
}

interface SpawnedFile {
  readonly file: string
  readonly threads: readonly AgentThread[]
}

interface LoadedFile extends SpawnedFile {
  readonly agents: readonly AgentDescription[]
}

/** Faults that are remembered; of more, the oldest are forgotten. */
const MOST_FAULTS = 20

/** Runs agents in worker threads, one file apart from the other: what an agent does to its worker, no other file feels. */
export class WorkerHost implements AgentHost {
  #files: readonly LoadedFile[] = []
  #faults: readonly AgentFault[] = []
  readonly #modules = new Set<string>()
  #isClosed = false
  /** Workers of versions that were replaced, while they still have turns. */
  readonly #retired = new Set<AgentThread>()
  readonly #alone = new RunsAlone()
  readonly #spawnOne: (file: string) => AgentThread
  readonly #spawn: (file: string) => SpawnedFile
  readonly #now: () => number

  private constructor(options: WorkerHostOptions) {
    const { workers = 1, clock = systemClock, memoryMb = 512, log = printed } = options
    const { blockedMs = 5_000, pingMs = 1_000, loadMs = 30_000 } = options
    this.#now = clock.now
    const noted = (line: AgentLog) => {
      if (line.fault) this.#note(line.fault)
      log(line)
    }
    const keep = (paths: readonly string[]) => {
      for (const path of paths) this.#modules.add(path)
    }
    const onModules = options.keepsModules ? keep : undefined
    const threadOptions = { memoryMb, blockedMs, pingMs, loadMs, clock, log: noted, onModules, env: options.env }
    this.#spawnOne = (file) => new AgentThread({ file, ...threadOptions })
    this.#spawn = (file) => ({ file, threads: Array.from({ length: workers }, () => this.#spawnOne(file)) })
  }

  /** Loads all files. Rejects with `AgentLoadError` where one does not load, or two define the same agent. */
  static async open(options: WorkerHostOptions): Promise<WorkerHost> {
    const host = new WorkerHost(options)
    const spawned = options.files.map(host.#spawn)
    const opened = await Promise.allSettled(spawned.map(loadedFile))
    try {
      host.#files = opened.map((result) => {
        if (result.status === 'rejected') throw result.reason
        return result.value
      })
      refuseSameName(host.#files)
      return host
    } catch (error) {
      await closeAll(spawned)
      throw error
    }
  }

  /** The agent files. */
  get files(): readonly string[] {
    return this.#files.map(({ file }) => file)
  }

  /** Every file that one of the agents has imported, or tried to, in any version that this host loaded. */
  get modules(): ReadonlySet<string> {
    return this.#modules
  }

  /** The last things that went wrong in agents, oldest first; those of a file are forgotten when it is loaded anew. */
  get faults(): readonly AgentFault[] {
    return this.#faults
  }

  agents(): readonly AgentDescription[] {
    return this.#files.flatMap(({ agents }) => agents)
  }

  start(turn: TurnStart, listener: RunListener, { isAlone = false }: StartOptions = {}): Run {
    const home = this.#files.find(({ agents }) => agents.some(({ name }) => name === turn.agent))
    if (!home) {
      setImmediate(() => listener.died('agent_unavailable', `no agent ${turn.agent} is loaded`))
      return NO_RUN
    }
    if (isAlone) {
      const spawn = () => this.#spawnOne(home.file)
      return this.#alone.start(spawn, listener, (thread, heard) => thread.start(turn, heard))
    }
    return leastLoaded(home.threads).start(turn, listener)
  }

  /**
   * Loads a file anew, for turns that begin from now on; those that run end in the version they began in. Rejects with
   * `AgentLoadError` where it does not load: then the version before goes on.
   */
  async reload(file: string): Promise<void> {
    const fresh = this.#spawn(file)
    try {
      const loaded = await loadedFile(fresh)
      const at = this.#files.findIndex((known) => known.file === file)
      if (at < 0 || this.#isClosed) throw new AgentLoadError(file, 'it is none of the files of this host')
      const files = this.#files.with(at, loaded)
      refuseSameName(files)
      this.#retire(this.#files[at]!)
      this.#files = files
      this.#faults = this.#faults.filter((fault) => fault.file !== file)
    } catch (error) {
      await closeAll([fresh])
      if (error instanceof AgentLoadError) this.#note({ file, at: this.#now(), ...loadFault(error) })
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const retired = [...this.#retired].map((thread) => thread.close())
    await Promise.all([this.#alone.close(), closeAll(this.#files), ...retired])
  }

  #retire({ threads }: LoadedFile): void {
    for (const thread of threads) {
      this.#retired.add(thread)
      void thread.closed.then(() => this.#retired.delete(thread))
      thread.retire()
    }
  }

  #note(fault: AgentFault): void {
    this.#faults = [...this.#faults, fault].slice(-MOST_FAULTS)
  }
}

async function closeAll(files: readonly SpawnedFile[]): Promise<void> {
  await Promise.all(files.flatMap(({ threads }) => threads).map((thread) => thread.close()))
}

async function loadedFile({ file, threads }: SpawnedFile): Promise<LoadedFile> {
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

const NO_RUN: Run = {
  cancel() {},
  stop() {},
  steer() {},
  settled() {},
  agentSaid() {},
  stored() {},
  credit() {},
  kill() {},
}

function printed({ file, from, text }: AgentLog): void {
  process.stderr.write(`[${basename(file)}${from === 'host' ? '' : ` ${from}`}] ${text}\n`)
}
