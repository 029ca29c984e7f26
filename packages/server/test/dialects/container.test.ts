import { expect, test } from 'vitest'
import { type House, house, SkippingClock } from '../house.ts'
import { ForeignPeer } from './socket.ts'

// A server as the container behind the platform: what the reference says of `/ping`, `/invocations` and `/ws`.

const SESSION = 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id'
const USER = 'X-Amzn-Bedrock-AgentCore-Runtime-User-Id'
const NAME = 'a-session-of-the-platform-0123456789'

function contained(more: object = {}): Promise<House> {
  return house({ container: true, host: '127.0.0.1', agentAliases: { DEFAULT: 'echo' }, ...more })
}

async function invoke({ url }: House, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [SESSION]: NAME, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('[D10] [X2] /ping says HealthyBusy while a turn runs, and its time moves when the status does and not before', async () => {
  const clock = new SkippingClock()
  const home = await contained({ clock })
  const ping = async () =>
    (await home.fetch('/ping')).body as unknown as { status: string; time_of_last_update: number }
  const first = await ping()
  expect(first).toEqual({ status: 'Healthy', time_of_last_update: expect.any(Number) })
  expect(Number.isInteger(first.time_of_last_update)).toBe(true)
  clock.skip(60_000)
  expect(await ping()).toEqual(first)
  const answering = invoke(home, { prompt: 'Hello' })
  const run = await home.host.run()
  const busy = await ping()
  expect(busy.status).toBe('HealthyBusy')
  expect(busy.time_of_last_update).toBeGreaterThanOrEqual(first.time_of_last_update + 60)
  clock.skip(60_000)
  expect(await ping()).toEqual(busy)
  run.request('r1')
  await answering
  // A turn that waits for a person is no work.
  expect((await ping()).status).toBe('Healthy')
})

test('[D11] [X4] /invocations takes a prompt and answers JSON, or what Accept asks for; the session is that of the header', async () => {
  const home = await contained()
  const plain = invoke(home, { prompt: 'Hello' })
  const run = await home.host.run()
  expect(run.start).toMatchObject({ session: NAME, inputs: [{ text: 'Hello' }] })
  run.speak(1)('Good day')
  run.message(1, 'Good day')
  run.end()
  const { status, headers, text } = await plain
  expect([status, headers.get('content-type'), headers.get(SESSION)]).toEqual([200, 'application/json', NAME])
  expect(JSON.parse(text)).toMatchObject({ response: 'Good day', outcome: 'completed' })

  const streaming = invoke(home, { prompt: 'Again' }, { accept: 'text/event-stream' })
  const second = await home.host.run(2)
  second.speak(1)('One')
  second.message(1, 'One')
  second.end()
  const streamed = await streaming
  expect(streamed.headers.get('content-type')).toContain('text/event-stream')
  const items = streamed.text
    .trim()
    .split('\n\n')
    .map((item) => JSON.parse(item.replace(/^data: /, '')))
  expect(items).toMatchObject([{ chunk: { bytes: 'One' } }, { completion: { outcome: 'completed', text: 'One' } }])
})

test('[D11] [X5] faults of a payload are 400 with error and details, of the agent 500 with error, and in mid-stream a data event', async () => {
  const home = await contained()
  const broken = await invoke(home, '{"prompt":')
  expect([broken.status, JSON.parse(broken.text)]).toEqual([
    400,
    { error: 'Invalid JSON', details: expect.any(String) },
  ])
  expect(await invoke(home, {})).toMatchObject({ status: 400 })
  expect(await invoke(home, { prompt: 'Hello' }, { accept: 'image/png' })).toMatchObject({ status: 406 })

  const failing = invoke(home, { prompt: 'Hello' })
  ;(await home.host.run()).fail('agent_error', 'it broke')
  const failed = await failing
  expect([failed.status, JSON.parse(failed.text)]).toEqual([
    500,
    { error: 'internal', details: 'agent_error: it broke' },
  ])

  const cut = invoke(home, { prompt: 'Hello' }, { accept: 'text/event-stream' })
  const run = await home.host.run(2)
  run.speak(1)('Half ')
  run.fail('agent_error', 'it broke')
  const told = (await cut).text
    .trim()
    .split('\n\n')
    .map((item) => JSON.parse(item.replace(/^data: /, '')))
  expect(told.at(-1)).toEqual({
    error: 'agent_error: it broke',
    error_type: expect.any(String),
    message: 'agent_error: it broke',
  })
})

test('[D11] the input of a run of AG-UI is answered with its events, in the session of the header', async () => {
  const home = await contained()
  const input = {
    threadId: 't',
    runId: 'r',
    messages: [{ id: 'm', role: 'user', content: 'Hello' }],
    tools: [],
    context: [],
  }
  const running = invoke(home, input)
  const run = await home.host.run()
  expect(run.start.session).toBe(NAME)
  run.message(1, 'Good day')
  run.end()
  const types = (await running).text.match(/"type":"[A-Z_]+"/g)
  expect(types?.[0]).toBe('"type":"RUN_STARTED"')
  expect(types?.at(-1)).toBe('"type":"RUN_FINISHED"')
})

test('[D12] [X6] on /ws the first frame decides: the native protocol, a run of AG-UI, inputText, a prompt, or plain text', async () => {
  const home = await contained()
  const native = await ForeignPeer.connect(home.url, '/ws', { [SESSION]: NAME })
  native.send({ type: 'open', id: 'a', ch: 1, agent: 'echo', session: NAME })
  expect(await native.next('welcome')).toMatchObject({ protocol: 1 })
  expect(await native.next('attached')).toMatchObject({ session: NAME })
  native.send('no frame')
  expect(await native.next('error')).toMatchObject({ code: 'bad_frame' })

  const greeted = await ForeignPeer.connect(home.url, '/ws', {}, ['longwire.v1'])
  expect(await greeted.next('welcome')).toMatchObject({ protocol: 1 })

  const firsts: [frame: object | string, text: string][] = [
    [{ inputText: 'One' }, 'One'],
    [{ prompt: 'Two' }, 'Two'],
    ['Three', 'Three'],
    [{ anything: 'else' }, '{"anything":"else"}'],
  ]
  for (const [index, [frame, text]] of firsts.entries()) {
    const peer = await ForeignPeer.connect(home.url, '/ws', { [SESSION]: `${NAME}-${index}` })
    peer.send(frame)
    const run = await home.host.run(index + 1)
    expect(run.start).toMatchObject({ session: `${NAME}-${index}`, inputs: [{ text }] })
    run.message(1, 'Yes')
    run.end()
    expect(await peer.next('completion')).toMatchObject({ completion: { text: 'Yes' } })
  }
  const runs = await ForeignPeer.connect(home.url, '/ws')
  runs.send({ threadId: 'a-thread', runId: 'r', messages: [{ id: 'm', role: 'user', content: 'Hello' }] })
  const run = await home.host.run(5)
  expect(run.start.session).toBe('a-thread')
  run.end()
  expect(await runs.next('RUN_FINISHED')).toMatchObject({ runId: 'r' })
})

test('[D13] [X11] frames to a peer behind the platform have at most 32 KB, and 64 KB of it are taken', async () => {
  const home = await contained()
  const peer = await ForeignPeer.connect(home.url, '/ws', { [SESSION]: NAME })
  const sizes: number[] = []
  peer.socket.on('message', (data: Buffer) => sizes.push(data.length))
  const long = 'Zeichen für Zeichen, 世界 '.repeat(4_000)
  peer.send({ inputText: 'x'.repeat(64 * 1_024) })
  const run = await home.host.run()
  expect(run.start.inputs).toMatchObject([{ text: 'x'.repeat(64 * 1_024) }])
  const say = run.speak(1)
  say(long)
  run.message(1, long)
  run.end()
  // What was said in pieces is not said again as a whole that no frame can hold.
  expect((await peer.next('completion')).completion).not.toHaveProperty('text')
  expect(peer.told.map(({ chunk }) => chunk?.bytes ?? '').join('')).toBe(long)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(32_768)

  // The native protocol says of a long commit where it is; what has to be long comes in several frames.
  const native = await ForeignPeer.connect(home.url, '/ws', { [SESSION]: NAME })
  const most = await longestFrames(native)
  native.send({ type: 'attach', id: 'a', ch: 1, session: NAME, after: '0' })
  expect(await native.next('message.committed')).toMatchObject({ href: expect.any(String) })
  native.send({ type: 'attach', id: 'b', ch: 2, session: NAME })
  const { view } = await native.next('snapshot')
  expect(JSON.stringify(view)).toContain(JSON.stringify(long))
  expect(most()).toBeLessThanOrEqual(32_768)
})

/** The longest frame that came over the line, as the line has it: a message may be several. */
async function longestFrames({ socket }: ForeignPeer): Promise<() => number> {
  let most = 0
  const receiver = (
    socket as unknown as { _receiver: { getData: (...args: unknown[]) => void; _payloadLength: number } }
  )._receiver
  const getData = receiver.getData.bind(receiver)
  receiver.getData = (...args) => {
    most = Math.max(most, receiver._payloadLength)
    getData(...args)
  }
  return () => most
}

test('[D14] behind the platform the user of the header is who speaks, and no door but those of the container knows anybody', async () => {
  const home = await contained()
  const ann = await ForeignPeer.connect(home.url, '/ws', { [SESSION]: NAME, [USER]: 'ann' })
  ann.send({ prompt: 'A secret' })
  expect((await home.host.run()).start.principal).toBe('ann')
  const bob = await ForeignPeer.connect(home.url, '/ws', { [SESSION]: NAME, [USER]: 'bob' })
  bob.send({ prompt: 'Hello' })
  expect((await home.host.run(2)).start).toMatchObject({ principal: 'bob', session: NAME })
  expect(JSON.stringify(bob.told)).not.toContain('secret')
  expect((await home.fetch('/v1/sessions', { headers: { [SESSION]: NAME } })).status).toBe(401)
})
