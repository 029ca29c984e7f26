import type { Readable } from 'node:stream'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { eachLine } from '../host/each-line.ts'
import { messageOf } from '../turn/failure.ts'
import type { ConnectionEvents } from './mcp-connection.ts'
import type { McpAddress, McpProcess, McpServerOptions } from './mcp-options.ts'

export interface OpenTransport {
  readonly transport: Transport
  /** Why it did not come about, with what the server itself said about it. */
  explain(error: unknown): string
}

export function openTransport(options: McpServerOptions, events: ConnectionEvents): Promise<OpenTransport> {
  return 'command' in options ? processTransport(options, events) : addressTransport(options)
}

const LAST_LINES = 3

async function processTransport(
  { command, args = [], env, cwd }: McpProcess,
  events: ConnectionEvents,
): Promise<OpenTransport> {
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js')
  const lines: string[] = []
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    stderr: 'pipe',
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  })
  eachLine(transport.stderr as Readable, (line) => {
    lines.push(line)
    events.printed(line)
    if (lines.length > LAST_LINES) lines.shift()
  })
  return {
    transport: watched(transport, events),
    explain(error) {
      const isMissing = (error as { code?: unknown } | undefined)?.code === 'ENOENT'
      const reason = isMissing ? `there is no command «${command}»` : messageOf(error)
      return lines.length === 0 ? reason : `${reason}; it said: ${messageOf(lines.join(' · '))}`
    },
  }
}

/** Says which process runs, because a thread that ends leaves the processes it started behind. */
function watched(transport: Transport & { readonly pid: number | null }, events: ConnectionEvents): Transport {
  const start = transport.start.bind(transport)
  const close = transport.close.bind(transport)
  let pid: number | null = null
  const gone = () => {
    if (pid !== null) events.process(pid, false)
    pid = null
  }
  transport.start = async () => {
    await start()
    pid = transport.pid
    if (pid !== null) events.process(pid, true)
    const closed = transport.onclose
    transport.onclose = () => {
      gone()
      closed?.()
    }
  }
  transport.close = async () => {
    await close()
    gone()
  }
  return transport
}

async function addressTransport({ url, headers }: McpAddress): Promise<OpenTransport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  const transport = new StreamableHTTPClientTransport(new URL(url), headers ? { requestInit: { headers } } : {})
  return {
    transport: transport as Transport,
    explain: (error) => `${messageOf(error)}${causeOf(error)} (${new URL(url).origin})`,
  }
}

/** `fetch failed` says nothing by itself. */
function causeOf(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause
  return cause instanceof Error ? `: ${messageOf(cause)}` : ''
}
