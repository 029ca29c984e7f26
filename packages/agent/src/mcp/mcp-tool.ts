import type { Json } from '@longwire/protocol'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Tool, tool } from '../tool.ts'
import type { Elicited } from './mcp-calls.ts'
import type { McpTool } from './mcp-connection.ts'
import type { McpServer } from './mcp-server.ts'

/** Asks the person of the turn that the code which asks belongs to. */
export type AskPerson = (message: string, schema: Json) => Promise<Elicited>

/** A server's tool as one of the agent's own. */
export async function mcpTool(server: McpServer, described: McpTool, ask: AskPerson): Promise<Tool> {
  const { name, title, description = name, annotations } = described
  const { needsApproval } = server.options
  return tool<unknown, Json>({
    title: title ?? annotations?.title ?? name,
    description,
    inputSchema: await standardSchema(described.inputSchema),
    // The server's own word, as far as its operator trusts it: what only reads may be run again.
    idempotent: annotations?.readOnlyHint === true || annotations?.idempotentHint === true,
    ...(needsApproval === undefined ? {} : { needsApproval }),
    // The connection keeps the time, which stands still while a person is asked.
    timeout: Number.POSITIVE_INFINITY,
    execute: (input, context) =>
      server.use(context.session, context.signal, async (connection) => {
        const result = await connection.call(name, input, {
          signal: context.signal,
          progress: ({ progress, total, message }) => context.progress(total ? progress / total : Number.NaN, message),
          ask,
        })
        return outputOf(result)
      }),
  })
}

/** A JSON Schema, as what tools are described with. */
async function standardSchema(schema: McpTool['inputSchema']): Promise<StandardSchemaV1<unknown, unknown>> {
  const { AjvJsonSchemaValidator } = await import('@modelcontextprotocol/sdk/validation/ajv')
  const check = new AjvJsonSchemaValidator().getValidator(schema as never)
  const props = {
    version: 1 as const,
    vendor: 'mcp',
    validate(value: unknown) {
      const checked = check(value)
      return checked.valid ? { value } : { issues: [{ message: checked.errorMessage ?? 'it does not fit' }] }
    },
    jsonSchema: { input: () => schema },
  }
  return { '~standard': props }
}

/** What a tool returned: its structured content where it gives some, else its text. Throws what the server calls an error. */
function outputOf(result: CallToolResult): Json {
  const text = result.content.map(contentText).join('\n')
  if (result.isError) throw new Error(text || 'the tool failed')
  return (result.structuredContent as Json | undefined) ?? text
}

function contentText(content: CallToolResult['content'][number]): string {
  switch (content.type) {
    case 'text':
      return content.text
    case 'image':
    case 'audio':
      return `[${content.type}: ${content.mimeType}, ${Math.floor((content.data.length * 3) / 4)} bytes, not shown here]`
    case 'resource_link':
      return `[${content.name}: ${content.uri}]`
    case 'resource':
      return 'text' in content.resource ? content.resource.text : `[a file: ${content.resource.uri}]`
  }
}
