import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import type { Model } from '../src/model/model.ts'
import { tool } from '../src/tool.ts'
import { anthropicStream, cutAfter, openAiStream, providerServer, type Reply, refusal } from './provider-server.ts'
import { play, Recorder, stillClock, turnOf } from './recorder.ts'

// The real providers of the AI SDK, over real HTTP, against a server that speaks their formats.

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function served(...replies: readonly Reply[]) {
  const server = await providerServer(...replies)
  closing.push(server.close)
  return server
}

const compatible = (url: string) =>
  createOpenAICompatible({ name: 'local', baseURL: `${url}/v1`, apiKey: 'sk-very-secret-key', includeUsage: true })('m')
const anthropic = (url: string) => createAnthropic({ baseURL: `${url}/v1`, apiKey: 'sk-ant-very-secret' })('claude-x')

const weather = tool({
  description: 'the weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, degrees: 21 }),
})
const agent = (model: Model) => defineAgent({ name: 'a', model, instructions: 'Be brief.', tools: { weather } })

const COMPATIBLE_CALL = [
  { role: 'assistant', content: '' },
  { tool_calls: [{ index: 0, id: 'call_0', type: 'function', function: { name: 'weather', arguments: '' } }] },
  { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
  { tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] },
  { finish_reason: 'tool_calls' },
  { usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } },
]
const COMPATIBLE_ANSWER = [
  { role: 'assistant', content: 'It is ' },
  { content: '21.' },
  { finish_reason: 'stop' },
  { usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
]

test('[G20] a chat-completions server: a tool is called, its result is sent back, the answer streams', async () => {
  const server = await served(openAiStream(...COMPATIBLE_CALL), openAiStream(...COMPATIBLE_ANSWER))
  const said = await play(agent(compatible(server.url)), { text: 'Oslo?' })
  expect(said.end).toEqual({
    outcome: 'completed',
    finishReason: 'stop',
    usage: expect.objectContaining({ inputTokens: 16, outputTokens: 5 }),
  })
  expect(said.of('tool.finished')).toMatchObject([{ call: 'call_0', outcome: 'ok', output: { degrees: 21 } }])
  expect(said.of('message.committed').at(-1)!.message.parts).toEqual([{ type: 'text', text: 'It is 21.' }])
  expect(said.drafts.find(({ head }) => head.type === 'chunk.tool')!.pieces.join('')).toBe('{"city":"Oslo"}')
  expect(server.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions'])
  expect(server.requests[1]!.body.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Oslo?' },
    expect.objectContaining({
      role: 'assistant',
      tool_calls: [{ id: 'call_0', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
    }),
    { role: 'tool', tool_call_id: 'call_0', content: '{"city":"Oslo","degrees":21}' },
  ])
  expect(server.requests[0]!.body.tools[0].function.parameters).toMatchObject({ required: ['city'] })
})

test('[G27] a chat-completions server that answers 429 is asked again when it said to', async () => {
  const { clock, slept } = stillClock()
  const busy = refusal(429, { error: { message: 'slow down', type: 'rate_limit' } }, { 'retry-after': '3' })
  const server = await served(busy, openAiStream(...COMPATIBLE_ANSWER))
  const said = await play(agent(compatible(server.url)), { host: { clock } })
  expect(said.end.outcome).toBe('completed')
  expect(slept).toEqual([3_000])
  expect(said.of('step.rolledback')).toMatchObject([{ step: 't1.1', reason: 'slow down (HTTP 429)' }])
})

test('[G28] a connection that is cut in mid-stream rolls the step back, and the answer is said once', async () => {
  const { clock } = stillClock()
  const half = 'data: {"id":"x","choices":[{"index":0,"delta":{"content":"It is "},"finish_reason":null}]}\n\n'
  const server = await served(cutAfter(half), openAiStream(...COMPATIBLE_ANSWER))
  const said = await play(agent(compatible(server.url)), { host: { clock } })
  expect(said.end.outcome).toBe('completed')
  expect(said.drafts.map(({ pieces }) => pieces.join(''))).toEqual(['It is ', 'It is 21.'])
  expect(said.of('step.rolledback')).toHaveLength(1)
  expect(said.of('message.committed').map(({ message }) => message.parts)).toEqual([
    [{ type: 'text', text: 'It is 21.' }],
  ])
})

test('[G27] a server that is not there is tried four times, and the turn fails as one that may pass', async () => {
  const { clock, slept } = stillClock()
  const server = await providerServer()
  await server.close()
  const said = await play(agent(compatible(server.url)), { host: { clock } })
  expect(said.end).toMatchObject({ outcome: 'failed', error: { code: 'model_unavailable' } })
  expect(slept).toHaveLength(3)
})

test('[G27] a key that is refused fails the turn at once, and is told to nobody', async () => {
  const server = await served(refusal(401, { error: { message: 'bad key sk-very-secret-key given', type: 'auth' } }))
  const said = await play(agent(compatible(server.url)))
  expect(said.end).toMatchObject({
    error: { code: 'model_error', message: 'local:m: bad key [hidden] given (HTTP 401)' },
  })
  expect(JSON.stringify(said.said_)).not.toContain('secret')
})

const ANTHROPIC_START = {
  type: 'message_start',
  message: {
    id: 'm',
    type: 'message',
    role: 'assistant',
    content: [],
    model: 'claude-x',
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 12, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 4 },
  },
}
const block = (index: number, content_block: object, ...deltas: object[]) => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]
const anthropicEnd = (stop_reason: string, output_tokens: number) => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } },
  { type: 'message_stop' },
]
const ANTHROPIC_CALL = [
  ANTHROPIC_START,
  { type: 'ping' },
  ...block(
    0,
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: 'Which city? ' },
    { type: 'thinking_delta', thinking: 'Oslo.' },
    { type: 'signature_delta', signature: 'c2ln' },
  ),
  ...block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'Let me look.' }),
  ...block(
    2,
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
    { type: 'input_json_delta', partial_json: '{"city": "Os' },
    { type: 'input_json_delta', partial_json: 'lo"}' },
  ),
  ...anthropicEnd('tool_use', 20),
]
const ANTHROPIC_ANSWER = [
  ANTHROPIC_START,
  ...block(0, { type: 'text', text: '' }, { type: 'text_delta', text: 'It is 21.' }),
  ...anthropicEnd('end_turn', 6),
]

test('[G20] a messages server: thinking goes back with its signature, and tools with their results', async () => {
  const server = await served(anthropicStream(...ANTHROPIC_CALL), anthropicStream(...ANTHROPIC_ANSWER))
  const said = await play(agent(anthropic(server.url)), { text: 'Oslo?' })
  expect(said.end).toMatchObject({ outcome: 'completed', finishReason: 'stop', usage: { outputTokens: 26 } })
  expect(said.of('message.committed')[0]!.message.parts).toMatchObject([
    { type: 'reasoning', text: 'Which city? Oslo.', provider: { anthropic: { signature: 'c2ln' } } },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool-call', call: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
  ])
  const [, assistant, result] = server.requests[1]!.body.messages
  expect(assistant.content).toMatchObject([
    { type: 'thinking', thinking: 'Which city? Oslo.', signature: 'c2ln' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', input: { city: 'Oslo' } },
  ])
  expect(result.content).toMatchObject([{ type: 'tool_result', tool_use_id: 'toolu_1' }])
})

test('[G27] a messages server that is overloaded in mid-stream is asked again, and what it had said is withdrawn', async () => {
  const { clock } = stillClock()
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
  const server = await served(
    anthropicStream(...ANTHROPIC_ANSWER.slice(0, 3), overloaded as never),
    anthropicStream(...ANTHROPIC_ANSWER),
  )
  const said = await play(agent(anthropic(server.url)), { host: { clock } })
  expect(said.end.outcome).toBe('completed')
  expect(said.of('step.rolledback')).toMatchObject([{ reason: expect.stringContaining('Overloaded') }])
  expect(said.of('trace.span').find(({ kind }) => kind === 'wait')!.label).toMatch(/^The model is busy, trying again/)
})

test('[G28] a messages server that is cut before its end is asked again', async () => {
  const { clock } = stillClock()
  const server = await served(anthropicStream(...ANTHROPIC_ANSWER.slice(0, 3)), anthropicStream(...ANTHROPIC_ANSWER))
  const said = await play(agent(anthropic(server.url)), { host: { clock } })
  expect(said.end.outcome).toBe('completed')
  expect(said.of('step.rolledback')).toHaveLength(1)
  expect(said.of('message.committed')).toHaveLength(1)
})

test('[G14] cancelling closes the connection to the provider', async () => {
  let closed!: () => void
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve
  })
  const server = await served((response, request) => {
    request.socket.on('close', closed)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"id":"x","choices":[{"index":0,"delta":{"content":"It is "},"finish_reason":null}]}\n\n')
  })
  const host = await InProcessHost.open([agent(compatible(server.url))])
  const session = new Recorder(host, turnOf('a'))
  await session.until(({ drafts }) => drafts.length > 0)
  session.run.cancel('enough')
  await isClosed
  expect(session.said_.some(({ type }) => type === 'commit' || type === 'end')).toBe(false)
})
