import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult, Progress, Tool } from '@modelcontextprotocol/sdk/types.js'
import type { Clock } from '../clock.ts'
import { messageOf } from '../turn/failure.ts'
import { type McpCall, McpCalls } from './mcp-calls.ts'
import { CALL_MS, CONNECT_MS, type McpServerOptions } from './mcp-options.ts'
import { openTransport } from './mcp-transport.ts'

/** A tool as a server describes it. */
export type McpTool = Pick<Tool, 'name' | 'title' | 'description' | 'inputSchema' | 'annotations'>

/** The server does not know this connection any more, and has not run what it was asked. */
export class McpForgotten extends Error {
  override readonly name = 'McpForgotten'
}

/** Why a server cannot be used now, in words for whoever runs the agent. */
export class McpUnavailable extends Error {
  override readonly name = 'McpUnavailable'
}

export interface ConnectionEvents {
  /** The connection is gone, by whatever side. */
  closed(): void
  /** The server has other tools now. */
  toolsChanged(tools: readonly McpTool[]): void
  /** A process was started for it, or has ended. */
  process(pid: number, isAlive: boolean): void
  /** A line that the server's process printed. */
  printed(line: string): void
}

/** HTTP answers of a server that was started anew and does not know the session. */
const FORGOTTEN: ReadonlySet<number> = new Set([400, 404])
/** More pages of tools than this are a fault of the server. */
const PAGES = 100
/** The times of calls are kept here, because the client's own goes on while a person is asked. */
const NEVER_MS = 2 ** 31 - 1

/** One live connection to a server: its tools, and calls of them. */
export class McpConnection {
  readonly #name: string
  readonly #client: Client
  readonly #clock: Clock
  readonly #calls = new McpCalls()
  readonly #timeoutMs: number
  #isClosed = false

  private constructor(name: string, client: Client, clock: Clock, timeoutMs: number) {
    this.#name = name
    this.#client = client
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** Connects and lists the tools. Rejects with `McpUnavailable`, which names the server and says why. */
  static async open(
    name: string,
    options: McpServerOptions,
    clock: Clock,
    events: ConnectionEvents,
  ): Promise<{ readonly connection: McpConnection; readonly tools: readonly McpTool[] }> {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
    const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js')
    const transport = await openTransport(options, events)
    const onChanged = (_: unknown, tools: readonly McpTool[] | null) => tools && events.toolsChanged(tools)
    const client = new Client(
      { name: 'longwire', version: '1' },
      { capabilities: { elicitation: { form: {} } }, listChanged: { tools: { onChanged } } },
    )
    const connection = new McpConnection(name, client, clock, options.timeoutMs ?? CALL_MS)
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => connection.#calls.elicit(params))
    client.onclose = () => {
      connection.#isClosed = true
      events.closed()
    }
    try {
      const tools = await connection.#start(transport.transport, options.connectMs ?? CONNECT_MS)
      return { connection, tools }
    } catch (error) {
      await client.close().catch(() => {})
      throw new McpUnavailable(`the MCP server ${name} is not available: ${transport.explain(error)}`, { cause: error })
    }
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Calls a tool. Rejects where the server says that it failed, where it falls silent, and when `signal` aborts. */
  async call(tool: string, input: unknown, call: McpCall): Promise<CallToolResult> {
    const stop = new AbortController()
    const signal = AbortSignal.any([call.signal, stop.signal])
    const silence = new Silence(this.#clock, this.#timeoutMs, () =>
      stop.abort(new Error(`the MCP server ${this.#name} said nothing for ${this.#timeoutMs} ms`)),
    )
    const onprogress = (progress: Progress) => {
      silence.over()
      call.progress(progress)
    }
    const done = this.#calls.begin(call, silence)
    try {
      const params = { name: tool, arguments: input as Record<string, unknown> }
      const options = { signal, onprogress, timeout: NEVER_MS }
      return (await this.#client.callTool(params, undefined, options)) as CallToolResult
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw await this.#faultOf(error)
    } finally {
      silence.end()
      done()
    }
  }

  /** What the server itself says goes on; any other error means that the line to it is of no use. */
  async #faultOf(error: unknown): Promise<Error> {
    const { name, code } = error as { readonly name?: string; readonly code?: unknown }
    if (name === 'McpError' && !this.#isClosed) return new Error(messageOf(error), { cause: error })
    await this.#client.close()
    const message = `the MCP server ${this.#name} went away`
    const isForgotten = typeof code === 'number' && FORGOTTEN.has(code)
    return isForgotten ? new McpForgotten(message, { cause: error }) : new Error(message, { cause: error })
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  async #start(transport: Transport, timeout: number): Promise<readonly McpTool[]> {
    await this.#client.connect(transport, { timeout })
    const tools: McpTool[] = []
    let cursor: string | undefined
    for (let page = 0; page < PAGES; page++) {
      const listed = await this.#client.listTools(cursor === undefined ? {} : { cursor }, { timeout })
      tools.push(...listed.tools)
      cursor = listed.nextCursor
      if (cursor === undefined) return tools
    }
    throw new Error(`it lists more than ${PAGES} pages of tools`)
  }
}

/** Counts the time in which nothing came, and stands still while a person is asked. */
export class Silence {
  readonly #clock: Clock
  readonly #ms: number
  readonly #tooLong: () => void
  #timer = new AbortController()

  constructor(clock: Clock, ms: number, tooLong: () => void) {
    this.#clock = clock
    this.#ms = ms
    this.#tooLong = tooLong
    this.over()
  }

  /** Something came: the time begins anew. */
  over(): void {
    this.end()
    const timer = new AbortController()
    this.#timer = timer
    void this.#clock.sleep(this.#ms, timer.signal).then(() => {
      if (!timer.signal.aborted) this.#tooLong()
    })
  }

  /** Counts no more, until something comes. */
  end(): void {
    this.#timer.abort()
  }
}
