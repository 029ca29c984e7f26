import { basename, extname } from 'node:path'
import type { Readable } from 'node:stream'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { FailureCode } from '@longwire/protocol'
import type { AgentDescription, FromAgent, ToAgent, TurnStart } from '../boundary/messages.ts'
import type { Clock } from '../clock.ts'
import type { AgentWorkerData } from '../worker/entry.ts'
import { type AgentFault, sourceAt, sourceOfStack } from './agent-fault.ts'
import type { Run, RunListener } from './agent-host.ts'
import { AgentLoadError } from './agent-load-error.ts'
import { ChildProcesses } from './child-processes.ts'
import { eachLine } from './each-line.ts'
import { RunTable } from './run-table.ts'
import { Watchdog } from './watchdog.ts'

export interface AgentThreadOptions {
  readonly file: string
  /** Heap of the worker. Over it, the worker ends and its runs fail with `agent_out_of_memory`. */
  readonly memoryMb: number
  /** How long the worker may keep its event loop from turning. */
  readonly blockedMs: number
  readonly pingMs: number
  /** How long loading the file may take. */
  readonly loadMs: number
  /** Environment variables that it has beside those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly clock: Clock
  /** Is told which files the agent imports, where there is somebody who wants to know. */
  readonly onModules?: ((paths: readonly string[]) => void) | undefined
  log(line: AgentLog): void
}

/** A line that an agent's worker printed, or that its host says about it. */
export interface AgentLog {
  readonly file: string
  readonly from: 'stdout' | 'stderr' | 'host'
  readonly text: string
  /** With `host`: what went wrong. */
  readonly fault?: AgentFault | undefined
}

/*
 *   loading ──ready──► ready ──gone──► loading
 *      └──gone, unloadable──► resting ──time──► loading
 *                                                          any ──close──► closed
 */
type ThreadState =
  | { readonly kind: 'loading'; readonly worker: Worker; readonly held: ToAgent[] }
  | { readonly kind: 'ready'; readonly worker: Worker }
  | { readonly kind: 'resting'; readonly why: string }
  | { readonly kind: 'closed' }

const FIRST_REST_MS = 200
const LONGEST_REST_MS = 10_000
/** Between the end of the last run of a worker that takes no more of them, and its own. */
const RETIRED_GRACE_MS = 2_000
const ENTRY = new URL(`../worker/entry${extname(import.meta.url)}`, import.meta.url)

/** One worker thread with one agent file, replaced whenever it blocks, crashes or runs out of memory. */
export class AgentThread {
  readonly #options: AgentThreadOptions
  readonly #runs: RunTable
  readonly #firstLoad = Promise.withResolvers<readonly AgentDescription[]>()
  readonly #closing = new AbortController()
  readonly #closed = Promise.withResolvers<void>()
  #state: ThreadState = { kind: 'closed' }
  #isLoadedOnce = false
  #isRetired = false
  #failedLoads = 0
  #watch: { readonly watchdog: Watchdog; readonly timer: NodeJS.Timeout } | undefined

  constructor(options: AgentThreadOptions) {
    this.#options = options
    this.#runs = new RunTable(
      (message) => this.#send(message),
      () => void this.#closeIfRetired(),
    )
    this.#spawn()
  }

  /** What the file holds, once it is loaded for the first time. Rejects with `AgentLoadError`. */
  get loaded(): Promise<readonly AgentDescription[]> {
    return this.#firstLoad.promise
  }

  get load(): number {
    return this.#runs.size
  }

  get isReady(): boolean {
    return this.#state.kind === 'ready'
  }

  start(turn: TurnStart, listener: RunListener): Run {
    const run = this.#runs.start(turn, listener, (why) => this.#replace('node_died', why))
    if (this.#state.kind === 'resting') {
      const { why } = this.#state
      setImmediate(() => this.#runs.died('agent_unavailable', why))
    }
    this.#startWatch()
    return run
  }

  /** Takes no more turns, and closes itself when those it has are over. */
  retire(): void {
    this.#isRetired = true
    if (this.#runs.size === 0) void this.close()
  }

  /** Lets the code of a run that was cancelled tidy up before its worker goes. */
  async #closeIfRetired(): Promise<void> {
    if (!this.#isRetired || this.#state.kind === 'closed') return
    await this.#options.clock.sleep(RETIRED_GRACE_MS, this.#closing.signal)
    if (this.#runs.size === 0) await this.close()
  }

  /** Resolves when the worker is gone. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  async close(): Promise<void> {
    const worker = this.#worker()
    this.#state = { kind: 'closed' }
    this.#stopWatch()
    this.#closing.abort()
    this.#firstLoad.promise.catch(() => {})
    this.#firstLoad.reject(new AgentLoadError(this.#options.file, 'the host was closed'))
    this.#runs.died('node_stopped', 'the server stopped')
    await worker?.terminate()
    this.#closed.resolve()
  }

  #spawn(): void {
    const { file, memoryMb, loadMs, onModules, env } = this.#options
    const workerData: AgentWorkerData = { file, tellsModules: onModules !== undefined }
    const worker = startWorker({
      name: basename(file),
      workerData,
      env: { ...process.env, ...env },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    this.#state = { kind: 'loading', worker, held: [] }
    this.#pipe(worker.stdout, 'stdout')
    this.#pipe(worker.stderr, 'stderr')
    let fault: unknown
    const processes = new ChildProcesses()
    worker.on('message', (message: FromAgent) => {
      if (message.type === 'process') processes.note(message)
      if (message.type === 'modules') onModules?.(message.paths)
      if (this.#worker() === worker) this.#receive(worker, message)
    })
    worker.on('error', (error) => {
      fault = error
    })
    worker.on('exit', (code) => {
      processes.end()
      clearTimeout(late)
      if (this.#worker() === worker) this.#exited(fault, code)
    })
    const late = setTimeout(() => {
      if (this.#state.kind !== 'loading' || this.#state.worker !== worker) return
      this.#notLoaded(worker, new AgentLoadError(file, `it did not load within ${loadMs} ms`))
    }, loadMs)
    late.unref()
  }

  #receive(worker: Worker, message: FromAgent): void {
    switch (message.type) {
      case 'ready':
        this.#becomeReady(worker, message.agents)
        break
      case 'unloadable':
        this.#notLoaded(worker, new AgentLoadError(message.file, message.message, message))
        break
      case 'said':
        this.#runs.said(message.said)
        break
      case 'fault':
        this.#say(`${message.about}: ${message.text}`, { ...message, source: sourceOfStack(message.stack) })
        break
      case 'pong':
        this.#watch?.watchdog.pong()
        break
    }
  }

  #becomeReady(worker: Worker, agents: readonly AgentDescription[]): void {
    const held = this.#state.kind === 'loading' ? this.#state.held : []
    this.#state = { kind: 'ready', worker }
    this.#failedLoads = 0
    this.#isLoadedOnce = true
    for (const message of held) worker.postMessage(message)
    this.#firstLoad.resolve(agents)
  }

  #exited(fault: unknown, exitCode: number): void {
    const code: FailureCode = isOutOfMemory(fault) ? 'agent_out_of_memory' : 'agent_crashed'
    const message =
      code === 'agent_out_of_memory'
        ? `the agent's worker used more than ${this.#options.memoryMb} MB`
        : `the agent's worker stopped with exit code ${exitCode}`
    if (this.#state.kind === 'ready') {
      this.#replace(code, message)
      return
    }
    const why = fault instanceof Error ? `${message}: ${fault.message}` : message
    this.#notLoaded(undefined, new AgentLoadError(this.#options.file, `${why} while it was loading`))
  }

  /** The worker served and is of no use any more: its runs die, and a new one takes the next, where there will be any. */
  #replace(code: FailureCode, message: string): void {
    void this.#worker()?.terminate()
    const what = this.#isRetired ? 'it was needed no longer' : 'it is replaced'
    this.#say(`${message} (${code}): ${what}`, { about: code, message, text: message })
    this.#stopWatch()
    if (!this.#isRetired) this.#spawn()
    this.#runs.died(code, message)
    if (this.#isRetired) void this.close()
  }

  #notLoaded(worker: Worker | undefined, error: AgentLoadError): void {
    this.#state = { kind: 'resting', why: error.message }
    this.#stopWatch()
    void worker?.terminate()
    this.#runs.died('agent_unavailable', error.message)
    if (!this.#isLoadedOnce) {
      this.#firstLoad.reject(error)
      return
    }
    this.#say(error.message, loadFault(error))
    void this.#spawnLater()
  }

  async #spawnLater(): Promise<void> {
    const ms = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#failedLoads++)
    await this.#options.clock.sleep(ms, this.#closing.signal)
    if (this.#state.kind === 'resting') this.#spawn()
  }

  #send(message: ToAgent): void {
    if (this.#state.kind === 'ready') this.#state.worker.postMessage(message)
    if (this.#state.kind === 'loading') this.#state.held.push(message)
  }

  #worker(): Worker | undefined {
    return this.#state.kind === 'ready' || this.#state.kind === 'loading' ? this.#state.worker : undefined
  }

  // The worker is watched while it has runs, and until it answered once more after the last of them: a run that was
  // cancelled may be the very one that never yields.
  #startWatch(): void {
    if (this.#watch || this.#state.kind === 'closed') return
    const { pingMs, blockedMs } = this.#options
    const watchdog = new Watchdog(pingMs, blockedMs, performance.now())
    const timer = setInterval(() => this.#tick(watchdog), pingMs)
    timer.unref()
    this.#watch = { watchdog, timer }
  }

  #tick(watchdog: Watchdog): void {
    if (this.#state.kind !== 'ready') return
    switch (watchdog.tick(performance.now())) {
      case 'ping':
        if (this.#runs.size === 0 && this.#wasIdle) {
          this.#stopWatch()
          return
        }
        this.#wasIdle = this.#runs.size === 0
        this.#state.worker.postMessage({ type: 'ping', n: 0 } satisfies ToAgent)
        break
      case 'blocked':
        this.#replace('agent_blocked', `the agent did not yield for ${this.#options.blockedMs} ms`)
        break
    }
  }
  #wasIdle = false

  #stopWatch(): void {
    clearInterval(this.#watch?.timer)
    this.#watch = undefined
    this.#wasIdle = false
  }

  #pipe(stream: Readable, from: 'stdout' | 'stderr'): void {
    eachLine(stream, (text) => this.#options.log({ file: this.#options.file, from, text }))
  }

  #say(text: string, { about, message, text: whole, source }: Omit<AgentFault, 'file' | 'at'>): void {
    const { file, clock, log } = this.#options
    log({ file, from: 'host', text, fault: { file, at: clock.now(), about, message, text: whole, source } })
  }
}

/** An agent that does not load, as a fault. */
export function loadFault({ reason, where, message }: AgentLoadError): Omit<AgentFault, 'file' | 'at'> {
  const [, path, line] = /^(.*):(\d+)$/.exec(where ?? '') ?? []
  const source = path === undefined ? undefined : sourceAt(path, Number(line))
  return { about: 'loading', message: reason, text: message, source }
}

function isOutOfMemory(fault: unknown): boolean {
  return (fault as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

const FROM_SOURCE = '--conditions=longwire-source'

/**
 * From source, the worker has to find the other packages' source too. It does so by a condition of our own, in place of
 * `source`, behind which other packages have files that Node does not run.
 */
function sourceArguments(): { readonly execArgv: string[] } | undefined {
  if (extname(import.meta.url) !== '.ts') return undefined
  const others = process.execArgv.filter((argument) => argument !== '--conditions=source' && argument !== FROM_SOURCE)
  return { execArgv: [...others, FROM_SOURCE] }
}

/** A worker refuses to start with a flag that is for the whole process, of V8 for one; then it does without all of them. */
function startWorker(options: WorkerOptions): Worker {
  const execArgv = sourceArguments()?.execArgv
  if (!execArgv) return new Worker(ENTRY, options)
  try {
    return new Worker(ENTRY, { ...options, execArgv })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error
    return new Worker(ENTRY, { ...options, execArgv: [FROM_SOURCE] })
  }
}
