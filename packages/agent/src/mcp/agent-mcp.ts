import type { Clock } from '../clock.ts'
import type { Tool, ToolSet } from '../tool.ts'
import { messageOf } from '../turn/failure.ts'
import type { McpServers } from './mcp-options.ts'
import { McpServer, type McpServerEvents } from './mcp-server.ts'
import { type AskPerson, mcpTool } from './mcp-tool.ts'

/** A server whose tools an agent has to do without for now. */
export interface MissingServer {
  readonly name: string
  readonly reason: string
}

export interface ReachedTools {
  readonly tools: ToolSet
  readonly missing: readonly MissingServer[]
}

/** The MCP servers of one agent in this worker. Nothing is started before the tools are asked for. */
export class AgentMcp {
  readonly #servers: readonly McpServer[]
  readonly #ask: AskPerson
  readonly #made = new WeakMap<object, Promise<ToolSet>>()

  constructor(servers: McpServers, clock: Clock, events: McpServerEvents, ask: AskPerson) {
    this.#servers = Object.entries(servers).map(([name, options]) => new McpServer(name, options, clock, events))
    this.#ask = ask
  }

  /** The tools of all servers that can be reached, each named `server_tool`. */
  async tools(): Promise<ReachedTools> {
    const reached = await Promise.allSettled(this.#servers.map((server) => this.#toolsOf(server)))
    const sets = reached.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const missing = reached.flatMap((result, i) =>
      result.status === 'rejected' ? [{ name: this.#servers[i]!.name, reason: messageOf(result.reason) }] : [],
    )
    return { tools: Object.assign({}, ...sets), missing }
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()))
  }

  async #toolsOf(server: McpServer): Promise<ToolSet> {
    const described = await server.tools()
    // The same list makes the same tools, so that what a model is told of them is worked out once.
    const before = this.#made.get(described)
    if (before) return before
    const made = Promise.all(
      described.map(async (each) => [each.name, await mcpTool(server, each, this.#ask)] as const),
    ).then((tools) => named(server.name, tools))
    this.#made.set(described, made)
    return made
  }
}

const LONGEST_NAME = 64

/** Names as every provider takes them; two that come to the same are told apart by a number. */
function named(server: string, tools: readonly (readonly [string, Tool])[]): ToolSet {
  const set: Record<string, Tool> = {}
  for (const [own, tool] of tools) {
    const plain = `${server}_${own.replace(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, LONGEST_NAME)
    let name = plain
    for (let n = 2; Object.hasOwn(set, name); n++) name = `${plain.slice(0, LONGEST_NAME - 3)}_${n}`
    set[name] = tool
  }
  return set
}
