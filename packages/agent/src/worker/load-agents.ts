import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { AgentDescription } from '../boundary/messages.ts'
import { systemClock } from '../clock.ts'
import type { Agent } from '../define-agent.ts'
import { inputJsonSchema } from '../loop/tool-schema.ts'
import { mcpTools } from '../mcp/mcp-of.ts'
import { describeModel } from '../model/model.ts'
import { resolveModel } from '../model/resolve-model.ts'
import type { Tool, ToolSet } from '../tool.ts'
import { milliseconds } from '../turn/duration.ts'
import { messageOf } from '../turn/failure.ts'

/** Why a file gives no agents, and where in its source, as far as that can be told. */
export class Unloadable extends Error {
  override readonly name = 'Unloadable'
  readonly where: string | undefined
  readonly source: string | undefined
  constructor(message: string, at: SourceLine | undefined, options?: ErrorOptions) {
    super(message, options)
    this.where = at?.where
    this.source = at?.source
  }
}

interface SourceLine {
  /** "/home/ann/agents/agent.ts:12" */
  readonly where: string
  readonly source: string
}

/** The agents that a module exports by default: one, or an array of them. Rejects with `Unloadable`. */
export async function loadAgents(file: string): Promise<readonly Agent[]> {
  const exported = await importDefault(file)
  const agents: readonly unknown[] = Array.isArray(exported) ? exported : [exported]
  if (exported === undefined)
    throw new Unloadable('it exports nothing by default: write `export default defineAgent(…)`', undefined)
  if (agents.length === 0) throw new Unloadable('its default export is an array without agents', undefined)
  const stranger = agents.find((agent) => !isAgent(agent))
  if (stranger !== undefined) {
    throw new Unloadable(
      'its default export is no agent: write `export default defineAgent(…)`, or an array of them',
      undefined,
    )
  }
  const names = (agents as readonly Agent[]).map((agent) => agent.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new Unloadable(`it defines agent ${twice} twice`, undefined)
  return agents as readonly Agent[]
}

function isAgent(value: unknown): value is Agent {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'agent'
}

async function importDefault(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
    return module.default
  } catch (error) {
    throw new Unloadable(reasonOf(error), await sourceLineOf(error, file), { cause: error })
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : ''
  const isUnknownType = (error as { code?: unknown } | undefined)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
  const hint = isUnknownType ? ' (TypeScript files run by themselves from Node 22.18 on)' : ''
  return `${name}${messageOf(error)}${hint}`
}

/** Node puts the place of a syntax error at the top of the stack, and that of a thrown one in its first frame. */
async function sourceLineOf(error: unknown, file: string): Promise<SourceLine | undefined> {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const head = await headLine(stack)
  if (head) return head
  for (const [, url, line] of stack.matchAll(/(file:\/\/[^\s():]+):(\d+):\d+/g)) {
    const path = fileURLToPath(url!)
    if (path.includes('node_modules') || isOurs(path)) continue
    return lineOf(path, Number(line))
  }
  return error instanceof SyntaxError ? checkedByNode(file) : undefined
}

function isOurs(path: string): boolean {
  return path === fileURLToPath(import.meta.url)
}

async function headLine(text: string): Promise<SourceLine | undefined> {
  const [, path, line] = /^(?:file:\/\/)?(\/[^\n]*|[A-Za-z]:\\[^\n]*):(\d+)\n/.exec(text) ?? []
  return path === undefined ? undefined : lineOf(decodeURI(path), Number(line))
}

async function lineOf(path: string, line: number): Promise<SourceLine> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return { where: `${path}:${line}`, source: (text.split('\n')[line - 1] ?? '').trim() }
}

/** Where a module has a syntax error, `import` does not say on which line. A check of the file alone does. */
function checkedByNode(file: string): Promise<SourceLine | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { timeout: 10_000 }, (_, __, stderr) => resolve(headLine(stderr)))
  })
}

/** What anyone may know of the agent. Rejects with `Unloadable` where a tool or the model cannot be used as it is given. */
export async function describeAgent(agent: Agent): Promise<AgentDescription> {
  try {
    if (agent.model !== undefined) await resolveModel(agent.model)
    const all = { ...(await listedMcpTools(agent)), ...agent.tools }
    const tools = Object.entries(all).map(([name, tool]) => describeTool(name, tool))
    return {
      name: agent.name,
      ...(agent.description === undefined ? {} : { description: agent.description }),
      tools: await Promise.all(tools),
      inputModes: ['text', 'file', 'data'],
      examples: agent.examples ?? [],
      ...(agent.model === undefined ? {} : { model: describeModel(agent.model) }),
      ...(agent.budget === undefined ? {} : { budget: agent.budget }),
      ...(agent.every === undefined ? {} : { every: agent.every.map(describeSchedule) }),
    }
  } catch (error) {
    throw new Unloadable(`agent ${agent.name}: ${messageOf(error)}`, undefined, { cause: error })
  }
}

function describeSchedule({ every, label, input }: NonNullable<Agent['every']>[number]) {
  const everyMs = Math.round(milliseconds(every, `every «${label}»`))
  return { everyMs, label, ...(input === undefined ? {} : { input }) }
}

/** How long the tools of MCP servers may take to be listed; a turn looks for those that are missing again. */
const MCP_LIST_MS = 5_000

async function listedMcpTools(agent: Agent): Promise<ToolSet> {
  if (!agent.mcp) return {}
  const over = new AbortController()
  const late = systemClock.sleep(MCP_LIST_MS, over.signal).then(() => TOO_LATE)
  const { tools, missing } = await Promise.race([mcpTools(agent), late]).finally(() => over.abort())
  for (const { reason } of missing) console.error(`agent ${agent.name}: ${reason}`)
  return tools
}

const TOO_LATE = {
  tools: {},
  missing: [{ reason: `its MCP servers did not list their tools within ${MCP_LIST_MS} ms` }],
}

async function describeTool(name: string, tool: Tool): Promise<AgentDescription['tools'][number]> {
  // What every provider takes as the name of a tool.
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new Error(`«${name}» cannot be the name of a tool: use letters, digits, _ -`)
  if (tool.client !== true && typeof tool.execute !== 'function')
    throw new Error(`tool ${name} has neither execute nor client: true`)
  try {
    const inputSchema = (await inputJsonSchema(tool)) as never
    const title = tool.title === undefined ? {} : { title: tool.title }
    return { name, ...title, description: tool.description, inputSchema }
  } catch (error) {
    throw new Error(`the input of tool ${name} cannot be said as JSON Schema: ${messageOf(error)}`, { cause: error })
  }
}
