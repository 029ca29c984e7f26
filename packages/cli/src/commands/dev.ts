import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { AgentLoadError, agentEnv, findAgents, WorkerHost } from '@longwire/agent/internal'
import type { LongwireServer } from '@longwire/server'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { AgentWatch, isFolder } from '../serving/agent-watch.ts'
import { watchConsole } from '../serving/console-folder.ts'
import { agentFailure, agentPaths, openServer, type ServeOptions } from '../serving/open-server.ts'
import { serverLog } from '../serving/server-log.ts'
import { startNotice } from '../serving/start-notice.ts'
import { StopRequest, sayStopping } from '../serving/stop-request.ts'
import { styleOf, type Terminal, warn, write } from '../terminal/terminal.ts'

/** What may be an agent. */
const MODULE = /\.[mc]?[jt]s$/

/** A turn may take so long to end when agents come or go; then it is cut and runs again. */
const RESTART_DEADLINE_MS = 1_000

/** Serves agents, and takes up each change of their files. Sessions and clients stay, and so do turns that run. */
export async function dev(
  named: readonly string[],
  options: Omit<ServeOptions, 'files'>,
  terminal: Terminal,
): Promise<Exit> {
  const serving = { ...options, files: agentPaths(named) }
  const stop = new StopRequest(terminal)
  const server = new ChangingServer(serving, terminal)
  const watch = new AgentWatch(serving.files, serving.data, (path, isNew) => server.mayBeOf(path, isNew))
  const stopWatching = watchConsole(() => server.tellPages())
  try {
    await server.start()
    for (;;) {
      const changed = await Promise.race([watch.next(), stop.asked])
      if (!changed) break
      const own = await server.partsAmong(changed)
      if (own.length === 0) continue
      write(terminal, `  ${terminal.style.yellow('changed')}   ${listed(own)}`)
      await server.change()
    }
    sayStopping(terminal)
    return (await stop.allow(server.stop())) ? 'ok' : 'interrupted'
  } finally {
    watch.close()
    stopWatching()
    stop.forget()
  }
}

interface Serving {
  readonly server: LongwireServer
  readonly host: WorkerHost
}

/*  waiting ──agents load──► serving ──a file changed──► serving, with new workers
 *     ▲                       │
 *     └────do not load────────┴──files came or went──► waiting, on the same port and log   */
class ChangingServer {
  #serving: Serving | undefined
  #port: number
  readonly #options: ServeOptions
  readonly #terminal: Terminal
  /** Pages that are open hear of each change. */
  readonly #changes = new EventTarget()

  constructor(options: ServeOptions, terminal: Terminal) {
    this.#options = options
    this.#port = options.port
    this.#terminal = terminal
  }

  async start(): Promise<void> {
    const began = performance.now()
    const serving = await this.#open()
    if (!serving) return
    const columns = Math.min(100, this.#terminal.output.columns ?? 80)
    for (const line of startNotice(serving.server, this.#options, columns, this.#terminal.style))
      write(this.#terminal, line)
    this.#say('ready', `in ${since(began)}, watching for changes`)
  }

  /** Whether an agent may be another when this file is. Nothing else that lies, or is written, beside it makes it one. */
  mayBeOf(path: string, isNew: boolean): boolean {
    return this.#imports(path) || (isNew && (MODULE.test(path) || isFolder(path)))
  }

  /** Those of these files that the agents are made of; all of them where there are other agents now. */
  async partsAmong(files: readonly string[]): Promise<readonly string[]> {
    const host = this.#serving?.host
    const imported = files.filter((file) => this.#imports(resolve(file)))
    if (imported.length > 0 || !host) return imported
    return (await this.#areTheFilesOf(host)) ? [] : files
  }

  /** Where nothing is loaded anything may be what was wanted; where Node cannot tell what is, any module may be. */
  #imports(path: string): boolean {
    const host = this.#serving?.host
    if (!host || host.modules.size === 0) return !host || MODULE.test(path)
    return host.modules.has(path) || host.modules.has(realPath(path))
  }

  /** Something in a folder of the agents is another: whatever it was, any of them may be made of it. */
  async change(): Promise<void> {
    const began = performance.now()
    const host = this.#serving?.host
    if (host && (await this.#areTheFilesOf(host))) await this.#reload(host, began)
    else await this.#restart(began)
    this.tellPages()
  }

  tellPages(): void {
    this.#changes.dispatchEvent(new Event('change'))
  }

  async stop(): Promise<void> {
    await this.#serving?.server.stop()
  }

  async #areTheFilesOf(host: WorkerHost): Promise<boolean> {
    const files = await findAgents(this.#options.files).catch(() => host.files) // it is told of when they are loaded
    return files.length === host.files.length && files.every((file) => host.files.includes(file))
  }

  async #reload(host: WorkerHost, began: number): Promise<void> {
    const reloaded = await Promise.allSettled(host.files.map((file) => host.reload(file)))
    const faults = reloaded.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    for (const fault of faults) this.#tellUnloadable(fault)
    if (faults.length > 0) this.#say('waiting', 'for the next change; what was loaded before goes on')
    else this.#say('reloaded', `in ${since(began)}: new turns run the new version, running ones end in theirs`)
  }

  async #restart(began: number): Promise<void> {
    await this.#serving?.server.stop(RESTART_DEADLINE_MS)
    this.#serving = undefined
    const serving = await this.#open()
    if (serving) this.#say('restarted', `in ${since(began)} at ${serving.server.url}`)
  }

  /** Undefined where the agents do not load: the person is told why, and the next change is waited for. */
  async #open(): Promise<Serving | undefined> {
    const { log, onAgentOutput } = serverLog(this.#terminal, false)
    const { files, ...rest } = this.#options
    let host: WorkerHost | undefined
    try {
      host = await WorkerHost.open({
        files: await findAgents(files),
        log: onAgentOutput,
        keepsModules: true,
        env: agentEnv(rest.data),
      })
      const server = await openServer(
        { ...rest, port: this.#port },
        { agents: host, log, showsFaults: true, changes: this.#changes },
      )
      this.#port = Number(new URL(server.url).port)
      this.#serving = { server, host }
      return this.#serving
    } catch (error) {
      await host?.close()
      this.#tellUnloadable(error)
      this.#say('waiting', 'for the next change')
      return undefined
    }
  }

  #tellUnloadable(error: unknown): void {
    const failure = error instanceof AgentLoadError ? agentFailure(error) : error
    if (!(failure instanceof CommandFailure) || failure.exit !== 'agent_unloadable') throw error
    const style = styleOf(this.#terminal.errors, this.#terminal.env)
    warn(this.#terminal, `\n${style.red('error')} ${failure.message}\n`)
  }

  #say(word: string, text: string): void {
    write(this.#terminal, `  ${this.#terminal.style.green(word.padEnd(9))} ${text}`)
  }
}

/** Node imports a file by the path it really has. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function since(began: number): string {
  return `${Math.round(performance.now() - began)} ms`
}

function listed(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(', ')
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown
}
