// The thread that runs agents: loads one agent file, says what is in it, and runs turns until it is stopped.
import { inspect } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromAgent, ToAgent } from '../boundary/messages.ts'
import { systemClock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import { listenToMcp } from '../mcp/mcp-of.ts'
import { messageOf } from '../turn/failure.ts'
import { AgentWorker } from './agent-worker.ts'
import { describeAgent, loadAgents, Unloadable } from './load-agents.ts'
import { tellModules } from './loaded-modules.ts'

/** What a host hands to a new worker. */
export interface AgentWorkerData {
  readonly file: string
  /** Tell which files are imported. */
  readonly tellsModules?: boolean | undefined
}

const { file, tellsModules = false } = workerData as AgentWorkerData
const port = parentPort!
const post = (message: FromAgent) => port.postMessage(message)

listenToMcp({
  process: (pid, isAlive) => post({ type: 'process', pid, isAlive }),
  printed: (server, line) => console.error(`[mcp ${server}] ${line}`),
})

const modules = tellsModules ? tellModules((paths) => post({ type: 'modules', paths })) : undefined

try {
  const agents = await loadAgents(file)
  const descriptions = await Promise.all(agents.map(describeAgent))
  serve(agents)
  modules?.flush()
  post({ type: 'ready', agents: descriptions })
} catch (error) {
  const { where, source } = error instanceof Unloadable ? error : { where: undefined, source: undefined }
  modules?.flush()
  post({ type: 'unloadable', file, message: messageOf(error), where, source })
}

function serve(agents: readonly Agent[]): void {
  const report = (about: string, thrown: unknown) => post(faultOf(about, thrown))
  const worker = new AgentWorker({ agents, clock: systemClock, post, report })
  process.on('uncaughtException', (error) => worker.stray(error))
  process.on('unhandledRejection', (reason) => worker.stray(reason))
  port.on('message', (message: ToAgent) => worker.receive(message))
}

function faultOf(about: string, thrown: unknown): FromAgent {
  const error = thrown instanceof Error ? thrown : undefined
  const message = error ? `${error.name}: ${error.message}` : messageOf(thrown)
  return { type: 'fault', about, message, stack: error?.stack ?? '', text: inspect(thrown) }
}
