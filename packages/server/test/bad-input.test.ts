import { request as httpRequest } from 'node:http'
import { connect as netConnect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { afterwards, expectAWholeTurn, type House, house } from './house.ts'
import type { AnyFrame, Peer } from './peer.ts'

/** A TCP connection that says what the test says, byte for byte. */
function wire(home: House): Promise<Socket & { heard: () => string; over: Promise<void> }> {
  const { hostname, port } = new URL(home.url)
  const socket = netConnect(Number(port), hostname)
  afterwards(() => socket.destroy())
  const heard: Buffer[] = []
  socket.on('data', (data) => heard.push(data))
  socket.on('error', () => {})
  const over = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  const told = Object.assign(socket, { heard: () => Buffer.concat(heard).toString('latin1'), over })
  return new Promise((resolve) => socket.on('connect', () => resolve(told)))
}

const HANDSHAKE = [
  'GET /v1/socket HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '',
  '',
].join('\r\n')

/** Sends a frame as it is and answers the error that comes for it. */
async function answerTo(peer: Peer, frame: string | Buffer): Promise<AnyFrame> {
  const before = peer.frames.length
  peer.socket.send(frame)
  const error = () => peer.frames.slice(before).find(({ type }) => type === 'error')
  await peer.until(() => error() !== undefined)
  return error()!
}

describe('frames that are no commands', () => {
  test('[E3] junk, binary, half a JSON and JSON that is no object get bad_frame, and the connection stays', async () => {
    const home = await house()
    const peer = await home.connect()
    const junk = [
      '',
      'hello',
      '{"type":"ping","id":',
      '[]',
      '[{"type":"ping"}]',
      'null',
      '42',
      '"ping"',
      '\u0000',
      '{}{}',
    ]
    for (const frame of [...junk, Buffer.from('{"type":"ping","id":"1"}'), Buffer.from([0, 255, 128])]) {
      expect(await answerTo(peer, frame), JSON.stringify(frame)).toMatchObject({ code: 'bad_frame', retry: 'never' })
    }
    expect(await peer.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
    await expectAWholeTurn(home)
  })

  test('[E3] [E4] after as many of them as may be the connection is closed with 1008', async () => {
    const home = await house({ limits: { badFrames: 3 } })
    const peer = await home.connect()
    for (let n = 0; n < 4; n++) peer.socket.send('junk')
    expect(await peer.ended()).toMatchObject({ code: 1008, reason: expect.stringContaining('3') })
    const codes = peer.frames.filter(({ type }) => type === 'error').map(({ code }) => code)
    expect(codes).toEqual(['bad_frame', 'bad_frame', 'bad_frame', 'bad_frame', 'too_many_bad_frames'])
    await expectAWholeTurn(home)
  })

  test('[C5] commands that are wrong are answered, however many, and the connection stays', async () => {
    const home = await house({ limits: { badFrames: 3 } })
    const peer = await home.connect()
    for (let n = 0; n < 10; n++) {
      expect(await peer.ask({ type: 'fly' })).toMatchObject({ code: 'unknown_command' })
      expect(await peer.ask({ type: 'attach', ch: 'one' })).toMatchObject({ code: 'bad_field' })
    }
    expect(await peer.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })

  test('[C5] unknown commands and wrong fields are named, with the id and ch of the command', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open(1)
    const unknown = await peer.ask({ type: 'constructor', ch: 1 })
    expect(unknown).toMatchObject({ code: 'unknown_command', ch: 1, retry: 'never' })
    expect(await peer.ask({ type: 7 })).toMatchObject({ code: 'bad_field' })
    expect(await peer.ask({ ch: 1 })).toMatchObject({ code: 'bad_field', ch: 1 })
    const wrong: [frame: object, named: string][] = [
      [{ type: 'input', ch: 1, text: 5 }, 'text'],
      [{ type: 'input', ch: 1, text: 'a', delivery: 'later' }, 'delivery'],
      [{ type: 'input', ch: 1, parts: [{ type: 'video' }] }, 'parts'],
      [{ type: 'input', ch: -1, text: 'a' }, 'ch'],
      [{ type: 'input', ch: 1.5, text: 'a' }, 'ch'],
      [{ type: 'open', ch: 2, agent: '../echo' }, 'agent'],
      [{ type: 'open', ch: 2, agent: 'echo', session: '../../etc/passwd' }, 'session'],
      [{ type: 'open', ch: 2, agent: 'echo', session: 'a/b' }, 'session'],
      [{ type: 'open', ch: 2, agent: 'echo', session: '' }, 'session'],
      [{ type: 'open', ch: 2, agent: 'echo', session: 'x'.repeat(129) }, 'session'],
      [{ type: 'open', ch: 2, agent: 'echo', metadata: [] }, 'metadata'],
      [{ type: 'open', ch: 2, agent: 'echo', metadata: { text: 'x'.repeat(20_000) } }, 'metadata'],
      [{ type: 'attach', ch: 2, session, trace: 'everything' }, 'trace'],
      [{ type: 'attach', ch: 2, session, reasoning: 'no' }, 'reasoning'],
      [{ type: 'attach', ch: 2, session: '../x' }, 'session'],
      [{ type: 'withdraw', ch: 1 }, 'input'],
      [{ type: 'answer', ch: 1, request: {} }, 'request'],
      [{ type: 'renew' }, 'ticket'],
    ]
    for (const after of ['-1', '1.-1', '1.0', '01', '1.2.3', 'x', '', ' 1', '9007199254740993', 1, null]) {
      wrong.push([{ type: 'attach', ch: 2, session, after }, 'after'])
    }
    for (const [frame, named] of wrong) {
      const error = await peer.ask(frame)
      expect(error, JSON.stringify(frame)).toMatchObject({ type: 'error', code: 'bad_field' })
      expect(error.message, JSON.stringify(frame)).toContain(named)
    }
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { head: 1 } })
    await expectAWholeTurn(home)
  })

  test('[C5] a frame without an id, or with one that is none, gets an error without one', async () => {
    const home = await house()
    const peer = await home.connect()
    for (const frame of ['{"type":"ping"}', '{"type":"ping","id":7}', `{"type":"ping","id":"${'x'.repeat(200)}"}`]) {
      const error = await answerTo(peer, frame)
      expect(error).toMatchObject({ code: 'bad_field' })
      expect(error).not.toHaveProperty('id')
    }
  })

  test('an id that no store can keep is a bad field, over every wire', async () => {
    const home = await house()
    const peer = await home.connect()
    for (const id of ['nul\0', 'half \ud83d']) {
      expect(await peer.ask({ type: 'open', id, ch: 1, agent: 'echo' })).toMatchObject({ code: 'bad_field' })
      const made = await home.post('/v1/sessions', { agent: 'echo', id })
      expect(made).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    expect(home.complaints).toEqual([])
  })

  test('[B2] a frame of 10 MB gets frame_too_big and 1009, and others feel nothing', async () => {
    const home = await house()
    const peer = await home.connect()
    peer.socket.send(JSON.stringify({ type: 'ping', id: 'big', padding: 'x'.repeat(10_000_000) }))
    expect(await peer.ended()).toMatchObject({ code: 1009 })
    expect(peer.frames.at(-1)).toMatchObject({ type: 'error', code: 'frame_too_big', retry: 'never' })
    await expectAWholeTurn(home)
  })

  test('[E8] bytes that are no WebSocket frames end their connection and no other', async () => {
    const home = await house()
    const other = await home.connect()
    await other.open()
    const socket = await wire(home)
    socket.write(HANDSHAKE)
    while (!socket.heard().includes('welcome')) await new Promise((resolve) => socket.once('data', resolve))
    socket.write(Buffer.from('GET / HTTP/1.1\r\n\r\n, this is not a frame'.repeat(20)))
    await socket.over
    expect(await other.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
    await expectAWholeTurn(home)
  })

  test('[E8] text that is not UTF-8 ends its connection with 1007', async () => {
    const home = await house()
    const peer = await home.connect()
    const inside = peer.socket as unknown as { _sender: { sendFrame(list: Buffer[]): void } }
    inside._sender.sendFrame([Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])])
    expect(await peer.ended()).toMatchObject({ code: 1007 })
    await expectAWholeTurn(home)
  })
})

describe('too much', () => {
  test('connections over the bound are refused in the handshake with too_many_connections', async () => {
    const home = await house({ limits: { connections: 1 } })
    const first = await home.connect()
    const { status, body } = await refusedHandshake(home)
    expect(status).toBe(429)
    expect(body).toMatchObject({ code: 'too_many_connections', retry: 'later' })
    first.cut()
    await new Promise((resolve) => first.socket.once('close', resolve))
    await expect
      .poll(() =>
        home.connect().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  })

  test('[B2] HTTP bodies that are too big, told or not, get 413; what is no JSON gets bad_frame', async () => {
    const home = await house()
    const { body } = await home.post('/v1/sessions', { agent: 'echo' })
    const path = `/v1/sessions/${body.session}/commands`
    const big = JSON.stringify({ type: 'input', id: 'a', text: 'x'.repeat(10_000_000) })
    expect(await bodyOf(home, path, big, true)).toMatchObject({ status: 413, code: 'frame_too_big' })
    expect(await bodyOf(home, path, big, false)).toMatchObject({ status: 413, code: 'frame_too_big' })
    const fine = JSON.stringify({ type: 'input', id: 'a', text: 'x'.repeat(1_000_000) })
    expect(await bodyOf(home, path, fine, false)).toMatchObject({ status: 200 })
    for (const text of ['', '{', 'hello', '[1]', 'null', '"x"']) {
      expect(await bodyOf(home, path, text, true), text).toMatchObject({ status: 400, code: 'bad_frame' })
    }
    expect(await home.post(path, { type: 'input' })).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    expect(await home.post('/v1/sessions', { agent: 5 })).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    expect(await home.post('/v1/sessions', '{')).toMatchObject({ status: 400, body: { code: 'bad_frame' } })
    await expectAWholeTurn(home)
  })
})

/** Posts a body with its length told, or in chunks. */
function bodyOf(
  home: House,
  path: string,
  body: string,
  tellsLength: boolean,
): Promise<{ status: number; code: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = tellsLength ? { 'content-length': Buffer.byteLength(body) } : { 'transfer-encoding': 'chunked' }
    const request = httpRequest(`${home.url}${path}`, { method: 'POST', headers }, (response) => {
      let text = ''
      response.on('data', (data) => {
        text += data
      })
      response.on('end', () => resolve({ status: response.statusCode!, code: JSON.parse(text).code }))
      response.on('error', reject)
    })
    // The server may hang up on a body that it does not want once it has answered.
    request.on('error', (error) => setTimeout(() => reject(error), 500))
    request.end(body)
  })
}

async function refusedHandshake(
  home: House,
  headers: Record<string, string> = {},
  path = '/v1/socket',
  protocols = ['longwire.v1'],
) {
  const socket = new WebSocket(`${home.url.replace('http', 'ws')}${path}`, protocols, { headers })
  return new Promise<{ status: number; body: AnyFrame }>((resolve, reject) => {
    socket.on('open', () => reject(new Error('the handshake was taken')))
    socket.on('error', () => {})
    socket.on('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (data) => {
        text += data
      })
      response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) as AnyFrame }))
    })
  })
}

describe('the doors', () => {
  test('a page of a foreign origin is refused in the handshake and by every command over HTTP', async () => {
    const home = await house()
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'nonsense']) {
      const shake = await refusedHandshake(home, { origin })
      expect(shake, origin).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      const made = await home.post('/v1/sessions', { agent: 'echo' }, { origin })
      expect(made, origin).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    }
    const own = await home.connect({ origin: home.url })
    expect(await own.open()).toMatch(/^ses_/)
    expect(await home.fetch('/v1/sessions')).toMatchObject({ body: { sessions: [{ agent: 'echo' }] } })
  })

  test('a Host that is not loopback is refused in development: a name that was rebound is no way in', async () => {
    const home = await house()
    for (const host of ['evil.example', 'evil.example:8787', '127.0.0.1.evil.example', '0.0.0.0', '10.0.0.1']) {
      const shake = await refusedHandshake(home, { host })
      expect(shake.body, host).toMatchObject({ code: 'unauthenticated' })
      expect(shake.status).toBe(401)
      const answer = await rawGet(home, '/v1/sessions', host)
      expect(answer, host).toMatch(/^HTTP\/1\.1 40[01]/)
    }
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:99', '127.9.9.9']) {
      expect(await rawGet(home, '/v1/sessions', host), host).toMatch(/^HTTP\/1\.1 200/)
    }
    await expectAWholeTurn(home)
  })

  test('[W9] a subprotocol that the server does not speak is refused in the handshake; none is taken', async () => {
    const home = await house()
    const refused = await refusedHandshake(home, {}, '/v1/socket', ['mqtt'])
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    const bare = new WebSocket(`${home.url.replace('http', 'ws')}/v1/socket`)
    afterwards(() => bare.terminate())
    await new Promise((resolve, reject) => bare.once('open', resolve).once('error', reject))
    expect(bare.protocol).toBe('')
    const several = new WebSocket(`${home.url.replace('http', 'ws')}/v1/socket`, ['mqtt', 'longwire.v1'])
    afterwards(() => several.terminate())
    await new Promise((resolve, reject) => several.once('open', resolve).once('error', reject))
    expect(several.protocol).toBe('longwire.v1')
  })

  test('a WebSocket at another address is told where it is, and what is nowhere is not_found', async () => {
    const home = await house()
    for (const path of ['/', '/socket', '/v1/socket/', '/v1/sessions', '//v1/socket', '/v1/socket%2f']) {
      const { status, body } = await refusedHandshake(home, {}, path)
      expect([status, body.code], path).toEqual([404, 'not_found'])
    }
    for (const path of ['/v1', '/v1/nothing', '/v1/socket', '/etc/passwd', '/v1/sessions/a/nothing']) {
      expect(await home.fetch(path), path).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
  })

  test("a session id with a path in it is nobody's, as it is and percent-encoded", async () => {
    const home = await house({ limits: { framesBurst: 10_000 } })
    const peer = await home.connect()
    const ids = [
      '../../etc/passwd',
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e%2f',
      'a%00b',
      '%zz',
      'a%252fb',
      '%C0%AF',
      "'; drop table",
      '%F0%9F',
    ]
    for (const id of ids) {
      for (const door of ['', '/view', '/events', '/events/1']) {
        const answer = await rawGet(home, `/v1/sessions/${id.replaceAll(' ', '%20')}${door}`, '127.0.0.1')
        expect(answer, `${id}${door}`).toMatch(/^HTTP\/1\.1 404/)
        expect(answer, `${id}${door}`).toMatch(/"code":"(session_not_found|not_found)"/)
      }
      expect(await peer.attach(id)).toMatchObject({ code: 'bad_field' })
    }
    expect(home.complaints).toEqual([])
  })

  test('queries that cannot be are bad fields, never faults', async () => {
    const home = await house()
    const { body } = await home.post('/v1/sessions', { agent: 'echo' })
    const path = `/v1/sessions/${body.session}/events`
    const queries = [
      'after=-1',
      'after=1.',
      'after=x',
      'wait=-1',
      'wait=61',
      'wait=1e3',
      'wait=NaN',
      'trace=x',
      'reasoning=1',
    ]
    for (const query of queries) {
      const answer = await home.fetch(`${path}?${query}`, { headers: { accept: 'application/json' } })
      expect(answer, query).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    const stream = { headers: { accept: 'text/event-stream', 'last-event-id': '-3' } }
    expect(await home.fetch(path, stream)).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    const lists = [
      'cursor=junk',
      'cursor=%00',
      'limit=0',
      'limit=501',
      'limit=x',
      'status=asleep',
      'agent=%00',
      'agent=..',
    ]
    for (const query of lists) {
      const answer = await home.fetch(`/v1/sessions?${query}`)
      expect(answer, query).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    expect(home.complaints).toEqual([])
  })

  test('[B5] a handshake that trickles in is dropped in time, and others feel nothing', async () => {
    const home = await house({ limits: { handshakeMs: 300 } })
    const slow = await wire(home)
    const trickle = setInterval(() => slow.write('X'), 50)
    afterwards(() => clearInterval(trickle))
    slow.write('GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')
    await expectAWholeTurn(home)
    await slow.over
    expect(slow.heard()).not.toContain('101')
  })

  test('[B5] a connection that says nothing at all is dropped in time', async () => {
    const home = await house({ limits: { handshakeMs: 300 } })
    const silent = await wire(home)
    await expectAWholeTurn(home)
    await silent.over
  })
})

async function rawGet(home: House, path: string, host: string): Promise<string> {
  const socket = await wire(home)
  socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`)
  await socket.over
  return socket.heard()
}
