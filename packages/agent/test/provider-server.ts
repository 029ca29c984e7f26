import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Reply = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>

/** A local HTTP server that answers one request after the other as it was told to, and keeps what it was sent. */
export async function providerServer(...replies: readonly Reply[]) {
  const requests: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: Json }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push({ path: request.url!, headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) })
    const reply = replies[requests.length - 1]
    if (!reply) return void response.writeHead(500).end('the script is over')
    await reply(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close }
}

// biome-ignore lint/suspicious/noExplicitAny: what a provider is sent, as the test reads it
type Json = any

/** Server-sent events as OpenAI and those compatible with it send them. */
export function openAiStream(...deltas: readonly object[]): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const delta of deltas) await write(response, `data: ${JSON.stringify(openAiChunk(delta))}\n\n`)
    response.end('data: [DONE]\n\n')
  }
}

function openAiChunk(delta: object): object {
  const base = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm' }
  if ('usage' in delta) return { ...base, choices: [], ...delta }
  const { finish_reason = null, ...rest } = delta as { finish_reason?: string }
  return { ...base, choices: [{ index: 0, delta: rest, finish_reason }] }
}

/** Server-sent events as Anthropic sends them: each with its type as the event's name. */
export function anthropicStream(...events: readonly { readonly type: string }[]): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events) await write(response, `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    response.end()
  }
}

export function refusal(status: number, body: object, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

/** Sends this much and cuts the connection. */
export function cutAfter(text: string): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    await write(response, text)
    response.socket!.destroy()
  }
}

function write(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()))
}
