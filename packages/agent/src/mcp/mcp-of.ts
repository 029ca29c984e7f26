import { type Clock, systemClock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import { AgentMcp, type ReachedTools } from './agent-mcp.ts'
import { askPerson } from './elicitation.ts'
import type { McpServerEvents } from './mcp-server.ts'

const known = new Map<Agent, AgentMcp>()
let events: McpServerEvents = { process() {}, printed: (server, line) => console.error(`[mcp ${server}] ${line}`) }

/** Who is told of the processes that servers of this worker run in. */
export function listenToMcp(listener: McpServerEvents): void {
  events = listener
}

const NOTHING: ReachedTools = { tools: {}, missing: [] }

/** The tools of the agent's MCP servers, those of them that can be reached now. */
export async function mcpTools(agent: Agent, clock: Clock = systemClock): Promise<ReachedTools> {
  if (!agent.mcp) return NOTHING
  let mcp = known.get(agent)
  if (!mcp) {
    mcp = new AgentMcp(agent.mcp, clock, events, askPerson)
    known.set(agent, mcp)
  }
  return mcp.tools()
}

/** Lets go of every server: connections are closed, and the processes behind them stopped. */
export async function closeMcp(): Promise<void> {
  const all = [...known.values()]
  known.clear()
  await Promise.all(all.map((mcp) => mcp.close()))
}
