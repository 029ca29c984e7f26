import type { Agent } from '../define-agent.ts'
import type { ToolSet } from '../tool.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import type { MissingServer } from './agent-mcp.ts'
import { mcpTools } from './mcp-of.ts'

export interface RunTools {
  readonly tools: ToolSet
  /** Servers whose tools are not among them, and of which nobody was told in this turn. */
  readonly missing: readonly MissingServer[]
}

const told = new WeakMap<RunningTurn, Set<string>>()

/** The agent's own tools and those of its MCP servers. A tool of its own comes before a server's of the same name. */
export async function toolsOfRun(run: RunningTurn): Promise<RunTools> {
  const own = run.agent.tools ?? {}
  if (!run.agent.mcp) return { tools: own, missing: [] }
  const { tools, missing } = await mcpTools(run.agent, run.clock)
  run.voice.ensureSpeaking()
  const before = told.get(run) ?? new Set()
  told.set(run, before)
  const news = missing.filter(({ name }) => !before.has(name))
  for (const { name } of news) before.add(name)
  return { tools: joined(run.agent, own, tools), missing: news }
}

const latest = new WeakMap<Agent, { readonly tools: ToolSet; readonly from: ToolSet }>()

/** One set for as long as its parts are the same, because what a model is told of a set is worked out once. */
function joined(agent: Agent, own: ToolSet, tools: ToolSet): ToolSet {
  const before = latest.get(agent)
  if (before && sameMembers(before.from, tools)) return before.tools
  const now = { ...tools, ...own }
  latest.set(agent, { tools: now, from: tools })
  return now
}

function sameMembers(a: ToolSet, b: ToolSet): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
