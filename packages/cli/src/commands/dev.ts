import type { LongwireServer } from '@longwire/server'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { AgentWatch } from '../serving/agent-watch.ts'
import { agentPaths, openServer, type ServeOptions } from '../serving/open-server.ts'
import { serverLog } from '../serving/server-log.ts'
import { startNotice } from '../serving/start-notice.ts'
import { StopRequest, sayStopping } from '../serving/stop-request.ts'
import { styleOf, type Terminal, warn, write } from '../terminal/terminal.ts'

/** A turn may take so long to end when its agent changes; then it is cut and runs again. */
const RESTART_DEADLINE_MS = 1_000

/** Serves agents, and serves them anew whenever one of their files changes. Sessions and clients stay. */
export async function dev(
  named: readonly string[],
  options: Omit<ServeOptions, 'files'>,
  terminal: Terminal,
): Promise<Exit> {
  const serving = { ...options, files: agentPaths(named) }
  const stop = new StopRequest(terminal)
  const watch = new AgentWatch(serving.files, serving.data)
  const server = new Restarting(serving, terminal)
  try {
    await server.start()
    for (;;) {
      const changed = await Promise.race([watch.next(), stop.asked])
      if (!changed) break
      write(terminal, `  ${terminal.style.yellow('changed')}   ${listed(changed)}`)
      await server.restart()
    }
    sayStopping(terminal)
    return (await stop.allow(server.stop())) ? 'ok' : 'interrupted'
  } finally {
    watch.close()
    stop.forget()
  }
}

/** One server after the other, on the same port and log; none while the agents do not load. */
class Restarting {
  #server: LongwireServer | undefined
  #port: number
  readonly #options: ServeOptions
  readonly #terminal: Terminal

  constructor(options: ServeOptions, terminal: Terminal) {
    this.#options = options
    this.#port = options.port
    this.#terminal = terminal
  }

  async start(): Promise<void> {
    const began = performance.now()
    if (!(await this.#open())) return
    const columns = Math.min(100, this.#terminal.output.columns ?? 80)
    for (const line of startNotice(this.#server!, this.#options, columns, this.#terminal.style))
      write(this.#terminal, line)
    this.#say('ready', `in ${Math.round(performance.now() - began)} ms, watching for changes`)
  }

  async restart(): Promise<void> {
    const began = performance.now()
    await this.#server?.stop(RESTART_DEADLINE_MS)
    this.#server = undefined
    if (await this.#open()) {
      this.#say('restarted', `in ${Math.round(performance.now() - began)} ms at ${this.#server!.url}`)
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  /** Whether the agents load. Where they do not, the person is told why, and the next change is waited for. */
  async #open(): Promise<boolean> {
    try {
      this.#server = await openServer({ ...this.#options, port: this.#port }, serverLog(this.#terminal, false))
      this.#port = Number(new URL(this.#server.url).port)
      return true
    } catch (error) {
      if (!(error instanceof CommandFailure) || error.exit !== 'agent_unloadable') throw error
      const style = styleOf(this.#terminal.errors, this.#terminal.env)
      warn(this.#terminal, `\n${style.red('error')} ${error.message}\n`)
      this.#say('waiting', 'for the next change')
      return false
    }
  }

  #say(word: string, text: string): void {
    write(this.#terminal, `  ${this.#terminal.style.green(word.padEnd(9))} ${text}`)
  }
}

function listed(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(', ')
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown
}
