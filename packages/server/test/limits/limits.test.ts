import { connect } from 'node:net'
import { LIMIT_ROWS, type Limits } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'
import { ForeignPeer } from '../dialects/socket.ts'
import { afterwards, byHeader, type House, house, SkippingClock, turnOn } from '../house.ts'

const ANN = { 'x-principal': 'ann' }
const BOB = { 'x-principal': 'bob' }

async function bounded(limits: Partial<Limits>, more: object = {}): Promise<House> {
  return house({ verifiers: [byHeader], limits, ...more })
}

/** What the metrics say of a bound: how often it was reached. */
async function reached(home: House, limit: keyof Limits): Promise<number> {
  const text = await (await fetch(`${home.url}/metrics`)).text()
  const [, count = '0'] =
    new RegExp(`^longwire_limits_reached_total\\{limit="${limit}"\\} (\\d+)$`, 'm').exec(text) ?? []
  return Number(count)
}

describe('[B11] for each principal, and for the server, there is a bound', () => {
  test('of connections: the next one is refused in its handshake, and another principal is let in', async () => {
    const home = await bounded({ principalConnections: 2 })
    const lines = [await home.connect(ANN), await home.connect(ANN)]
    await expect(home.connect(ANN)).rejects.toThrow('429')
    expect(await (await home.connect(BOB)).next('welcome')).toMatchObject({ principal: 'bob' })
    expect(await reached(home, 'principalConnections')).toBe(1)
    lines[0]!.cut()
    await expect
      .poll(() =>
        home.connect(ANN).then(
          () => 'in',
          (error) => error.message,
        ),
      )
      .toBe('in')
  })

  test('of connections of all together: streams, polls, lines and answers of dialects are some, over every door', async () => {
    const home = await bounded({ connections: 2 })
    const ann = await home.connect(ANN)
    const session = await ann.open()
    const events = `/v1/sessions/${session}/events`
    const leaving = new AbortController()
    const stream = await fetch(`${home.url}${events}`, {
      headers: { ...ANN, accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    const full = { status: 429 }
    await expect(home.connect(BOB)).rejects.toThrow('429')
    expect(await home.fetch(events, { headers: { ...ANN, accept: 'text/event-stream' } })).toMatchObject(full)
    expect(await home.fetch(`${events}?wait=1`, { headers: { ...ANN, accept: 'application/json' } })).toMatchObject(
      full,
    )
    expect(await home.post('/v1/line', '', BOB)).toMatchObject(full)
    const run = { threadId: 't', runId: 'r', messages: [], tools: [], context: [] }
    expect(await home.post('/ag-ui/echo', run, BOB)).toMatchObject(full)
    const call = '/agents/echo/agentAliases/PROD/sessions/s1/text'
    expect(await home.post(call, { inputText: 'Hello' }, BOB)).toMatchObject(full)
    await expect(ForeignPeer.connect(home.url, '/ag-ui/echo', BOB)).rejects.toMatchObject(full)
    expect(await reached(home, 'connections')).toBe(7)
    leaving.abort()
    await stream.text().catch(() => undefined)
    await expect.poll(() => home.connect(BOB).then(() => 'in', String)).toBe('in')
  })

  test('of attachments, over every wire', async () => {
    const home = await bounded({ principalAttachments: 2, serverAttachments: 3 })
    const ann = await home.connect(ANN)
    const session = await ann.open(1)
    expect(await ann.attach(session, { ch: 2 })).toMatchObject({ type: 'attached' })
    expect(await ann.attach(session, { ch: 3 })).toMatchObject({ code: 'too_many_attachments', retry: 'later' })
    const stream = { headers: { ...ANN, accept: 'text/event-stream' } }
    expect(await home.fetch(`/v1/sessions/${session}/events`, stream)).toMatchObject({ status: 429 })
    await ann.ask({ type: 'detach', ch: 2 })
    expect(await ann.attach(session, { ch: 3 })).toMatchObject({ type: 'attached' })
    const bob = await home.connect(BOB)
    await bob.open(1)
    expect(await bob.ask({ type: 'open', ch: 2, agent: 'echo' })).toMatchObject({ code: 'too_many_attachments' })
    expect(await reached(home, 'principalAttachments')).toBe(2)
    expect(await reached(home, 'serverAttachments')).toBe(1)
  })

  test('of frames and bytes a second, requests counted among them', async () => {
    const clock = new SkippingClock()
    const rates = { principalFramesPerSecond: 3, principalBytesPerSecond: 500, serverFramesPerSecond: 8 }
    const home = await bounded(rates, { clock })
    const [first, second] = [await home.connect(ANN), await home.connect(ANN)]
    // A burst of two seconds' worth, over both lines together.
    const answers = []
    for (const peer of [first, second, first, second, first, second, first])
      answers.push(await peer.ask({ type: 'ping' }))
    expect(answers.map(({ type }) => type)).toEqual([...Array(6).fill('pong'), 'error'])
    expect(answers.at(-1)).toMatchObject({ code: 'rate_limited', retry: 'later', retryAfterMs: expect.any(Number) })
    expect(await home.fetch('/v1/agents', { headers: ANN })).toMatchObject({ status: 429 })
    expect(await home.fetch('/v1/agents', { headers: BOB })).toMatchObject({ status: 200 })
    clock.skip(10_000)
    expect(await first.ask({ type: 'ping', client: 'x'.repeat(900) })).toMatchObject({ type: 'pong' })
    expect(await second.ask({ type: 'ping', client: 'x'.repeat(900) })).toMatchObject({ code: 'rate_limited' })
    expect(await reached(home, 'principalBytesPerSecond')).toBe(1)
    expect(await reached(home, 'principalFramesPerSecond')).toBe(2)
  })

  test('of frames of all together, and of bytes of one connection', async () => {
    const home = await bounded({ serverFramesPerSecond: 2, bytesPerSecond: 300, serverBytesPerSecond: 4_000 })
    const [ann, bob] = [await home.connect(ANN), await home.connect(BOB)]
    const pings = [ann, bob, ann, bob].map((peer) => peer.ask({ type: 'ping' }))
    expect((await Promise.all(pings)).every(({ type }) => type === 'pong')).toBe(true)
    expect(await bob.ask({ type: 'ping' })).toMatchObject({ code: 'rate_limited' })
    expect(await ann.ask({ type: 'ping', client: 'x'.repeat(700) })).toMatchObject({ code: 'rate_limited' })
    expect(await reached(home, 'serverFramesPerSecond')).toBe(1)
    expect(await reached(home, 'bytesPerSecond')).toBe(1)
  })

  test('of turns that run at once: a turn that waits for a person does not run', async () => {
    const home = await bounded({ principalTurns: 1, serverTurns: 2 })
    const ann = await home.connect(ANN)
    await ann.open(1)
    await ann.open(2)
    const run = await turnOn(home, ann)
    const more = () => ann.ask({ type: 'input', ch: 2, text: 'And?' })
    expect(await more()).toMatchObject({ code: 'too_many_turns', retry: 'later' })
    // One that waits for its turn is taken, and so are others'.
    expect(await ann.ask({ type: 'input', ch: 1, text: 'Then?' })).toMatchObject({ type: 'ok' })
    const bob = await home.connect(BOB)
    await bob.open(1)
    await turnOn(home, bob)
    run.request('r1')
    await ann.event('control.requested')
    expect(await more()).toMatchObject({ type: 'ok', turn: expect.any(String) })
    const carol = await home.connect({ 'x-principal': 'carol' })
    await carol.open(1)
    expect(await carol.ask({ type: 'input', ch: 1, text: 'Me?' })).toMatchObject({ code: 'too_many_turns' })
    expect(await reached(home, 'principalTurns')).toBe(1)
    expect(await reached(home, 'serverTurns')).toBe(1)
  })

  test('of inputs that wait', async () => {
    const home = await bounded({ principalWaitingInputs: 1, serverWaitingInputs: 2 })
    const wait = async (headers: Record<string, string>) => {
      const peer = await home.connect(headers)
      await peer.open(1)
      await turnOn(home, peer)
      return () => peer.ask({ type: 'input', ch: 1, text: 'Then?' })
    }
    const [ann, bob, carol] = [await wait(ANN), await wait(BOB), await wait({ 'x-principal': 'carol' })]
    expect(await ann()).toMatchObject({ type: 'ok' })
    expect(await ann()).toMatchObject({ code: 'queue_full' })
    expect(await bob()).toMatchObject({ type: 'ok' })
    expect(await carol()).toMatchObject({ code: 'queue_full' })
    expect(await reached(home, 'principalWaitingInputs')).toBe(1)
    expect(await reached(home, 'serverWaitingInputs')).toBe(1)
  })

  test('of sessions in memory', async () => {
    const home = await bounded({ serverSessions: 2 })
    const ann = await home.connect(ANN)
    await ann.open(1)
    await ann.open(2)
    expect(await ann.ask({ type: 'open', ch: 3, agent: 'echo' })).toMatchObject({ code: 'overloaded', retry: 'later' })
    expect(await reached(home, 'serverSessions')).toBe(1)
  })
})

describe('[B12] what does nothing is let go', () => {
  test('a ping keeps no connection without attachments, and no attachment to a session that is over', async () => {
    const clock = new SkippingClock()
    const home = await bounded({ idleMs: 60_000, sessionIdleMs: 400 }, { clock, heartbeatMs: 200 })
    const [reader, runner] = [await home.connect(ANN), await home.connect(ANN)]
    const session = await reader.open(1)
    await runner.open(1)
    await turnOn(home, runner)
    const stream = fetch(`${home.url}/v1/sessions/${session}/events`, {
      headers: { ...ANN, accept: 'text/event-stream' },
    })
    const text = (await stream).text()
    clock.skip(500)
    expect(await reader.next((frame) => frame.type === 'error')).toMatchObject({ ch: 1, code: 'idle', retry: 'now' })
    expect(await text).toContain('"idle"')
    clock.skip(59_000)
    expect(await reader.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
    clock.skip(1_500)
    expect(await reader.ended()).toMatchObject({ code: 4408 })
    // A turn that runs is never idle.
    expect(runner.closed).toBeUndefined()
    expect(await runner.ask({ type: 'detach', ch: 1 })).toMatchObject({ type: 'ok' })
    expect(await reached(home, 'idleMs')).toBe(1)
    expect(await reached(home, 'sessionIdleMs')).toBe(2)
  })

  test('a stream ends with the longest life of a connection', async () => {
    const clock = new SkippingClock()
    const home = await bounded({ connectionMs: 3_600_000 }, { clock, heartbeatMs: 100 })
    const session = await (await home.connect(ANN)).open(1)
    const stream = await fetch(`${home.url}/v1/sessions/${session}/events`, {
      headers: { ...ANN, accept: 'text/event-stream' },
    })
    clock.skip(3_600_000)
    expect(await stream.text()).toContain('"too_long"')
    expect(await reached(home, 'connectionMs')).toBeGreaterThan(0)
  })

  test('a handshake that trickles is answered with 408 and cut', async () => {
    const home = await bounded({ handshakeMs: 300 })
    const { hostname, port } = new URL(home.url)
    const slow = connect(Number(port), hostname)
    afterwards(() => slow.destroy())
    slow.write('GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n')
    let answer = ''
    slow.on('data', (data) => {
      answer += data
    })
    await new Promise((resolve) => slow.on('close', resolve))
    expect(answer).toContain('408')
    expect(await reached(home, 'handshakeMs')).toBe(1)
  })
})

test('[B1] every bound that refuses has a number, a code and a sentence', () => {
  for (const [name, row] of Object.entries(LIMIT_ROWS)) {
    expect(row.is, name).toBeGreaterThan(0)
    expect(row.of.length, name).toBeGreaterThan(10)
  }
})
