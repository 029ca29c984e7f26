import { EventStreamCodec } from '@smithy/core/event-streams'
import { expect, test } from 'vitest'
import { byHeader, type House, house } from '../house.ts'

// The service's own call, read with the service's own codec.

const PATH = '/agents/echo/agentAliases/PROD/sessions/a-session:1/text'
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text),
)

interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Members of the stream, by name: chunks as their text. */
  // biome-ignore lint/suspicious/noExplicitAny: members of any shape, read field by field
  readonly members: readonly (readonly [name: string, value: any])[]
}

async function invoke({ url }: House, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}${PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isStream = response.headers.get('content-type') === 'application/vnd.amazon.eventstream'
  const members = isStream ? membersOf(bytes) : [['message', JSON.parse(String(bytes)).message] as const]
  return { status: response.status, headers: response.headers, members }
}

// biome-ignore lint/suspicious/noExplicitAny: members of any shape, read field by field
function membersOf(bytes: Buffer): (readonly [string, any])[] {
  // biome-ignore lint/suspicious/noExplicitAny: members of any shape, read field by field
  const members: (readonly [string, any])[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const { headers, body } = codec.decode(bytes.subarray(at, at + length))
    const name = String((headers[':event-type'] ?? headers[':exception-type'])!.value)
    const value = JSON.parse(Buffer.from(body).toString('utf8'))
    members.push([name, name === 'chunk' ? Buffer.from(value.bytes, 'base64').toString('utf8') : value])
    at += length
  }
  return members
}

test('[D6] [X22] [X23] [X24] a call streams chunks until its turn ends, with traces only where they were asked for', async () => {
  const home = await house()
  const plain = invoke(home, { inputText: 'Hello' })
  const run = await home.host.run()
  const say = run.speak(1)
  say('Good ')
  say('day')
  run.message(1, 'Good day')
  run.startTool('c1')
  run.finishTool('c1')
  run.end()
  const { status, headers, members } = await plain
  expect(status).toBe(200)
  expect(headers.get('x-amzn-bedrock-agent-content-type')).toBe('application/json')
  expect(headers.get('x-amz-bedrock-agent-session-id')).toBe('a-session:1')
  expect(members.map(([, text]) => text).join('')).toBe('Good day')
  expect(new Set(members.map(([name]) => name))).toEqual(new Set(['chunk']))

  const traced = invoke(home, {
    inputText: 'Again',
    enableTrace: true,
    streamingConfigurations: { streamFinalResponse: false },
  })
  const second = await home.host.run(2)
  second.startTool('c2')
  second.finishTool('c2')
  const again = second.speak(1)
  again('One ')
  again('answer')
  second.message(1, 'One answer')
  second.end()
  const { members: told } = await traced
  expect(told.filter(([name]) => name === 'chunk')).toEqual([['chunk', 'One answer']])
  const traces = told.flatMap(([name, value]) => (name === 'trace' ? [value] : []))
  expect(traces).toMatchObject([
    {
      sessionId: 'a-session:1',
      agentId: 'echo',
      agentAliasId: 'PROD',
      trace: { orchestrationTrace: { invocationInput: { invocationType: 'ACTION_GROUP' } } },
    },
    { trace: { orchestrationTrace: { observation: { type: 'ACTION_GROUP' } } } },
    { trace: { orchestrationTrace: { modelInvocationOutput: {} } } },
  ])
})

test('[D6] [X21] a question returns control and ends the answer; the next call answers it, and goes on with the turn', async () => {
  const home = await house()
  const first = invoke(home, { inputText: 'Buy' })
  const run = await home.host.run()
  run.request('r1')
  run.request('r2', 'form')
  const asked = await first
  expect(asked.members.map(([name, value]) => [name, value.invocationId])).toContainEqual(['returnControl', 'r1'])
  const confirm = (invocationId: string, result: object) => ({
    sessionState: {
      invocationId,
      returnControlInvocationResults: [{ functionResult: { actionGroup: 'person', ...result } }],
    },
  })
  const wrong = await invoke(home, confirm('r9', { confirmationState: 'CONFIRM' }))
  expect(wrong).toMatchObject({ status: 400 })
  // What else the turn asks is returned before anything else is.
  const second = await invoke(home, confirm('r1', { confirmationState: 'CONFIRM' }))
  expect(second.members).toMatchObject([['returnControl', { invocationId: 'r2' }]])
  const third = invoke(home, confirm('r2', { responseBody: { TEXT: { body: '{"size":2}' } } }))
  expect(await run.told('settled', 2)).toMatchObject({ answer: { action: 'accept', content: { size: 2 } } })
  run.speak(1)('Bought')
  run.message(1, 'Bought')
  run.end()
  expect((await third).members).toEqual([['chunk', 'Bought']])
})

test('[D6] whoever says something new to a turn that waits for an answer breaks it off', async () => {
  const home = await house()
  const first = invoke(home, { inputText: 'Buy' })
  ;(await home.host.run()).request('r1')
  await first
  const second = invoke(home, { inputText: 'Never mind' })
  const run = await home.host.run(2)
  run.speak(1)('As you like')
  run.message(1, 'As you like')
  run.end()
  expect((await second).members).toEqual([['chunk', 'As you like']])
})

test('[D6] [X25] errors are members of the stream once it began, and before that a status with the type in a header', async () => {
  const home = await house({ verifiers: [byHeader] })
  const ann = { 'x-principal': 'ann' }
  const failing = invoke(home, { inputText: 'Hello' }, ann)
  const run = await home.host.run()
  run.speak(1)('Half an ')
  run.fail('agent_error', 'it broke')
  const { members } = await failing
  expect(members.at(-1)).toEqual(['dependencyFailedException', { message: 'agent_error: it broke' }])

  const refused = async (body: object, headers?: Record<string, string>) => {
    const { status, headers: answered } = await invoke(home, body, headers)
    return [status, answered.get('x-amzn-errortype')]
  }
  expect(await refused({}, ann)).toEqual([400, 'ValidationException'])
  expect(await refused({ inputText: 3 }, ann)).toEqual([400, 'ValidationException'])
  expect(await refused({ inputText: 'Hello' })).toEqual([403, 'AccessDeniedException'])
  const ended = await invoke(home, { endSession: true }, ann)
  expect([ended.status, ended.members]).toEqual([200, []])
  expect(await refused({ inputText: 'Hello' }, ann)).toEqual([409, 'ConflictException'])
})
