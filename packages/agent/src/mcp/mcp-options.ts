import type { CallToJudge } from '../tool.ts'
import type { McpTool } from './mcp-connection.ts'

/** How an agent uses a server of the Model Context Protocol. */
interface McpServerSettings {
  /** The tools to take, by the server's own names; all of them unless given. */
  readonly tools?: readonly string[]
  /** How long a connection may take until the tools are known, in ms; 10,000 unless given. */
  readonly connectMs?: number
  /** Whether a person has to approve a call first; the agent's `policy` comes before it. */
  readonly needsApproval?: boolean | ((call: CallToJudge) => boolean | Promise<boolean>)
  /**
   * How long a call may go without a sign of life, in ms; 60,000 unless given. Progress that the server reports is such
   * a sign, and while a person is asked the time stands still.
   */
  readonly timeoutMs?: number
  /** Connections of one worker at most; 8 unless given. Turns that run at once never share one. */
  readonly connections?: number
}

/** A server that is started as a process and spoken to over its standard input and output. */
export interface McpProcess extends McpServerSettings {
  readonly command: string
  readonly args?: readonly string[]
  /** Variables for the process, beside the harmless ones that it gets of this one (PATH, HOME and the like). */
  readonly env?: { readonly [name: string]: string }
  readonly cwd?: string
}

/** A server that is reached over streamable HTTP. */
export interface McpAddress extends McpServerSettings {
  readonly url: string
  readonly headers?: { readonly [name: string]: string }
}

export type McpServerOptions = McpProcess | McpAddress

export type McpServers = { readonly [name: string]: McpServerOptions }

export const CONNECT_MS = 10_000
export const CALL_MS = 60_000
export const CONNECTIONS = 8

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/

/** Throws where a server cannot be used as it is given. */
export function checkMcpServers(servers: McpServers): void {
  for (const [name, options] of Object.entries(servers)) {
    if (!NAME.test(name)) throw new TypeError(`mcp: «${name}» cannot be the name of a server: use letters, digits, -`)
    const hasCommand = 'command' in options
    if (hasCommand === 'url' in options) throw new TypeError(`mcp.${name} needs either a command or a url`)
    if (!hasCommand && !/^https?:/.test(URL.parse(options.url)?.protocol ?? ''))
      throw new TypeError(`mcp.${name}: «${options.url}» is no http or https address`)
  }
}

/** The tools of a server that its options take. */
export function taken(options: McpServerOptions, tools: readonly McpTool[]): readonly McpTool[] {
  return options.tools ? tools.filter(({ name }) => options.tools!.includes(name)) : tools
}
